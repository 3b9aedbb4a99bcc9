"""The one screen: tabs above, panes between, the status line and the keys below."""

from collections.abc import Set as AbstractSet

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Static, Tab, Tabs

from sigproxy.domain.commands import SetDetection, SetUpstream
from sigproxy.domain.records import RecordKind
from sigproxy.tui.actions import bindings
from sigproxy.tui.clock import Clock
from sigproxy.tui.messages import Decided, ShowEvent, ShowSignal
from sigproxy.tui.screens.confirm import Confirm
from sigproxy.tui.state import EVERYTHING, SessionState
from sigproxy.tui.widgets.activity_pane import ActivityPane
from sigproxy.tui.widgets.events_pane import EventsPane
from sigproxy.tui.widgets.rules_pane import RulesPane
from sigproxy.tui.widgets.status_line import StatusLine

STOPPED = "The service has stopped. [b]r[/b] to reconnect, [b]q[/b] to quit."

ACTIVITY: frozenset[RecordKind] = frozenset({"signal", "reject", "exchange", "event", "event_gone", "status"})
RULES: frozenset[RecordKind] = frozenset({"rules", "rules_rejected", "judged", "rule_failed"})
EVENTS: frozenset[RecordKind] = frozenset({"event", "event_gone"})


class MainScreen(Screen[None]):
    """Shows one session. Messages of its panes that need the back end pass through to the app."""

    BINDINGS = bindings("global")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (150, "-wide")]
    DEFAULT_CSS = """
    MainScreen {
        background: $background;
        & #top { height: 2; }
        & #brand { width: auto; padding: 0 2; color: $primary; text-style: bold; }
        & #top Tabs { width: 1fr; }
        & #top Underline > .underline--bar { color: $primary; background: $frame; }
        & #top Tab { color: $muted; }
        & #top Tab.-active { color: $primary; text-style: bold; }
        & #stopped { display: none; height: 1; padding: 0 2; background: $warning 20%; color: $warning; }
        &.-stopped #stopped { display: block; }
        & ContentSwitcher { height: 1fr; }
        & .box {
            border: round $frame; border-title-color: $muted; border-title-style: bold; border-subtitle-color: $muted;
            background: $background;
        }
        & .box:focus-within { border: round $primary; border-title-color: $primary; }
        & Footer { background: $footer-background; }
    }
    """
    tabs = query_one(Tabs)
    panes = query_one(ContentSwitcher)
    activity = query_one(ActivityPane)
    rules = query_one(RulesPane)
    events = query_one(EventsPane)
    status_line = query_one(StatusLine)

    def __init__(self, session: SessionState, clock: Clock) -> None:
        super().__init__()
        self._session = session
        self._clock = clock
        self._laid_out = False

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        with Horizontal(id="top"):
            yield Static("◈ sigproxy", id="brand")
            yield Tabs(Tab("1 Activity", id="activity"), Tab("2 Rules", id="rules"), Tab("3 Events", id="events"))
        yield Static(STOPPED, id="stopped")
        with ContentSwitcher(initial="activity-pane"):
            yield ActivityPane(self._session, self._clock, id="activity-pane")
            yield RulesPane(self._session, self._clock, id="rules-pane")
            yield EventsPane(self._session, self._clock, id="events-pane")
        yield StatusLine(self._session, self._clock)
        yield Footer()

    def on_mount(self) -> None:
        """Start in the stream."""
        self.tabs.can_focus = False
        self.activity.take_focus()
        self._laid_out = True
        self.show()

    def show_stopped(self, stopped: bool) -> None:
        """Show the banner, or take it away."""
        self.set_class(stopped, "-stopped")
        self.refresh_bindings()

    def show(self, changed: AbstractSet[RecordKind] = EVERYTHING) -> None:
        """Draw what the session has become, in one go; nothing before the screen stands, nor once it is gone.

        Args:
            changed: the kinds of records that came since; panes that none of them concerns are left alone.
        """
        if not (self._laid_out and self.is_running):
            return
        with self.app.batch_update():
            for pane, kinds in ((self.activity, ACTIVITY), (self.rules, RULES), (self.events, EVENTS)):
                if changed & kinds:
                    pane.show()
            self.status_line.show()
            self._label_tabs()

    @on(Tabs.TabActivated)
    def _tab_activated(self, event: Tabs.TabActivated) -> None:
        self._switch(event.tab.id or "activity")

    @on(ShowSignal)
    def _show_signal(self, event: ShowSignal) -> None:
        self.action_show_tab("activity")
        if not self.activity.go_to(event.message_id):
            self.notify("That signal is too old to be held here; it is still in the service's store.")

    @on(ShowEvent)
    def _show_event(self, event: ShowEvent) -> None:
        self.action_show_tab("events")
        if not self.events.go_to(event.event_id):
            self.notify("That event is gone: the rules no longer make it.")

    def action_show_tab(self, tab: str) -> None:
        """Go to a tab."""
        self.tabs.active = tab
        self._switch(tab)

    def action_toggle_detection(self) -> None:
        """Turn the app's debug flag on, or off where it is on."""
        status = self._session.status
        on_now = bool(status and self._clock.left(status.detection_until))
        self.post_message(Decided(SetDetection(on=not on_now)))

    def action_toggle_upstream(self) -> None:
        """Change between holding events and letting them go on, once that is confirmed."""
        if self._session.status is None:
            return
        if self._session.status.upstream == "hold":
            title, question, yes = "Release mode", "From now on send events to Segment as they arrive?", "Release"
        else:
            title, question, yes = "Hold mode", "From now on hold events here until you release them?", "Hold"
        self.app.push_screen(Confirm(title, question, yes), self._set_upstream)

    def _set_upstream(self, confirmed: bool | None) -> None:
        status = self._session.status
        if confirmed and status:
            self.post_message(Decided(SetUpstream(mode="release" if status.upstream == "hold" else "hold")))

    def _switch(self, tab: str) -> None:
        self.panes.current = f"{tab}-pane"
        panes: dict[str, ActivityPane | RulesPane | EventsPane] = {
            "activity": self.activity,
            "rules": self.rules,
            "events": self.events,
        }
        panes[tab].take_focus()

    def _label_tabs(self) -> None:
        session = self._session
        rules = "✗" if session.rules_error else str(len(session.rules.rules)) if session.rules else ""
        held = len(session.held())
        labels = {
            "activity": f"1 Activity {session.signals:,}" if session.signals else "1 Activity",
            "rules": f"2 Rules {rules}".rstrip(),
            "events": f"3 Events {held:,} held" if held else "3 Events",
        }
        for tab, label in labels.items():
            widget = self.tabs.query_one(f"#{tab}", Tab)
            if widget.label_text != label:  # a label, even the same one, lays the screen out again
                widget.label = label
