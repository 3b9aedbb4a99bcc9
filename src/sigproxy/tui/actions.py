"""Every action a person can take, once: bindings, footer, palette, help and key map all read this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType

type Scope = Literal["global", "list", "activity", "events"]

SCOPE_TITLES: dict[Scope, str] = {
    "global": "Anywhere",
    "activity": "In Activity",
    "events": "In Events",
    "list": "In any list",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `id` is what a key map names; it doesn't change between releases."""

    id: str
    keys: str
    """Textual key names, separated by commas."""

    do: str
    """Name of the `action_…` method on the widget or screen of its scope."""

    title: str
    """One or two words, for the footer."""

    help: str
    scope: Scope
    show: bool = False
    """Whether the footer has it."""

    priority: bool = False
    """Whether it goes before the focused widget's own key."""

    def binding(self) -> Binding:
        """Return Textual's form of it."""
        return Binding(
            self.keys,
            self.do,
            self.title,
            show=self.show,
            priority=self.priority,
            tooltip=self.help,
            id=self.id,
        )


ACTIONS: tuple[Action, ...] = (
    Action("show.activity", "1", "show_tab('activity')", "Activity", "Watch signals arrive.", "global"),
    Action("show.rules", "2", "show_tab('rules')", "Rules", "See the rules, errors and verdicts.", "global"),
    Action("show.events", "3", "show_tab('events')", "Events", "Review events before they go on.", "global"),
    Action("detection.toggle", "t", "toggle_detection", "Detection", "Turn the app's debug flag on or off.", "global"),
    Action(
        "upstream.toggle",
        "m",
        "toggle_upstream",
        "Hold mode",
        "Hold events, or let them go on.",
        "global",
    ),
    Action(
        "service.reconnect",
        "r",
        "app.reconnect",
        "Reconnect",
        "Look for the service again, at once.",
        "global",
        True,
        True,
    ),
    Action(
        "theme.toggle",
        "ctrl+t",
        "app.toggle_theme",
        "Dark or light",
        "Change the theme.",
        "global",
    ),
    Action("help", "question_mark", "app.help", "Help", "Show all keys.", "global", show=True),
    Action("quit", "q", "app.quit", "Quit", "Leave; the service captures on.", "global", show=True),
    Action("activity.filter", "slash", "filter", "Filter", "Show only rows that contain a text.", "activity", show=True),
    Action("activity.show_all", "a", "show_all", "Show all", "Take every filter off.", "activity"),
    Action("activity.copy", "c", "copy", "Copy", "Copy the selected signal as JSON.", "activity", show=True),
    Action("activity.detail", "enter", "open_detail", "Detail", "Open the selected signal's detail.", "activity"),
    Action("activity.close", "escape", "close_detail", "Close", "Close the detail, or the text filter.", "activity"),
    Action("events.release", "r", "release", "Release", "Send the selected event to Segment.", "events", show=True),
    Action("events.release_all", "R", "release_all", "Release all", "Send on everything that is held.", "events", show=True),
    Action("events.drop", "d", "drop", "Drop", "Never send the selected held event.", "events", show=True),
    Action("events.undo", "u", "undo", "Undo drop", "Hold the event dropped last again.", "events", show=True),
    Action("events.copy", "c", "copy", "Copy", "Copy the selected event as JSON.", "events"),
    Action("events.detail", "enter", "open_detail", "Detail", "Open the selected event's detail.", "events"),
    Action("events.close", "escape", "close_detail", "Close", "Close the detail.", "events"),
    Action("list.up", "up,k", "cursor_up", "Up", "Go to the row above.", "list"),
    Action("list.down", "down,j", "cursor_down", "Down", "Go to the row below.", "list"),
    Action("list.page_up", "pageup", "page_up", "Page up", "Go up a page.", "list"),
    Action("list.page_down", "pagedown", "page_down", "Page down", "Go down a page.", "list"),
    Action("list.first", "home,g", "first", "First", "Go to the first row.", "list"),
    Action("list.last", "end,G", "last", "Last", "Go to the last row and follow.", "list"),
)


def bindings(scope: Scope) -> list[BindingType]:
    """Return the bindings of a scope, for a `BINDINGS` class attribute."""
    return [action.binding() for action in ACTIONS if action.scope == scope]


def keys_of(action: Action, keymap: Mapping[str, str]) -> list[str]:
    """Return the Textual names of the keys in force, the key map before the default."""
    return [key.strip() for key in keymap.get(action.id, action.keys).split(",")]
