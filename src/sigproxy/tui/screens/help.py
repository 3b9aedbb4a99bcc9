"""All keys, as the registry and the key map have them."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.keys import format_key
from textual.screen import ModalScreen
from textual.widgets import Static

from sigproxy.tui.actions import ACTIONS, SCOPE_TITLES, Action, Scope, keys_of
from sigproxy.tui.widgets.rows import fit

KEYS_WIDTH = 12
TITLE_WIDTH = 14


class HelpScreen(ModalScreen[None]):
    """A scrollable list of every action."""

    BINDINGS = [("escape,q,question_mark", "dismiss", "Close")]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 78; max-width: 96%; height: auto; max-height: 90%; padding: 1 2; background: $surface;
            border: round $primary; border-title-color: $primary; border-title-style: bold;
            border-subtitle-color: $muted; scrollbar-size-vertical: 1;
        }
    }
    """

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with VerticalScroll() as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc closes · ctrl+p finds any of these by name"
            yield Static(help_text(self._keymap))


def help_text(keymap: Mapping[str, str]) -> Content:
    """Return every action under its scope, with the keys in force."""
    lines: list[Content] = []
    for scope, title in SCOPE_TITLES.items():
        lines += [Content.styled(title, "bold $primary"), *_actions(scope, keymap), Content("")]
    return Content("\n").join(lines[:-1])


def _actions(scope: Scope, keymap: Mapping[str, str]) -> list[Content]:
    return [_line(action, keymap) for action in ACTIONS if action.scope == scope]


def _line(action: Action, keymap: Mapping[str, str]) -> Content:
    keys = " ".join(format_key(key) for key in keys_of(action, keymap))
    return Content.assemble(
        (fit(keys, KEYS_WIDTH), "bold"), (fit(action.title, TITLE_WIDTH), "$foreground"), (action.help, "$muted")
    )
