"""Events: what would go to Segment, and the decision whether it does."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from sigproxy.domain.commands import Drop, Release, ReleaseAll, Restore
from sigproxy.domain.records import EventRow, EventStatus
from sigproxy.tui.actions import bindings
from sigproxy.tui.clock import Clock
from sigproxy.tui.detail import facts_of_event
from sigproxy.tui.kinds import STATUSES
from sigproxy.tui.messages import Decided
from sigproxy.tui.printable import printable
from sigproxy.tui.screens.confirm import Confirm
from sigproxy.tui.state import SessionState
from sigproxy.tui.widgets.detail_pane import DetailPane
from sigproxy.tui.widgets.event_list import BY_HAND, EventList
from sigproxy.tui.widgets.rows import RowList
from sigproxy.tui.widgets.titles import set_titles
from sigproxy.tui.widgets.tones import VARIABLES

ALWAYS: tuple[EventStatus, ...] = ("predicted", "confirmed", "held", "delivered")
"""Counted in the header even where there are none; the others appear with their first."""

EMPTY = """[b]No events yet[/b]

Events appear here when a rule matches signals, or when the app sends one by itself.
[$muted]predicted[/]  a local rule would send it, the app hasn't
[$warning]held[/]       the app sent it, it waits here: r releases, d drops
[$success]delivered[/]  Segment accepted it

Rules are the YAML files of your rules folder; tab 2 shows which are in force."""


class EventsPane(Vertical):
    """A count by status above the list, and the selected event beside it, or below on a narrow screen."""

    BINDINGS = bindings("events")
    SCOPED_CSS = False  # the screen's width class is above the pane
    DEFAULT_CSS = """
    EventsPane {
        & > #tally { height: 1; padding: 0 2; }
        & > Horizontal { height: 1fr; }
        & #events-box { width: 1fr; }
        & #no-events { display: none; padding: 1 2; height: auto; }
        & .-empty #no-events { display: block; }
        & #events { height: 1fr; }
        & .-empty #events { height: 0; }
        & #event-detail { width: 45%; max-width: 90; }
    }
    .-narrow EventsPane {
        & > Horizontal { layout: vertical; }
        & #events-box { height: 1fr; width: 1fr; }
        & #event-detail { width: 1fr; max-width: 100%; height: 55%; display: none; }
        &.-detail #event-detail { display: block; }
    }
    """
    tally = query_one("#tally", Static)
    box = query_one("#events-box", Vertical)
    events = query_one(EventList)
    detail = query_one(DetailPane)

    def __init__(self, session: SessionState, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Lay out the tally, the list and the detail."""
        yield Static(id="tally")
        with Horizontal():
            with Vertical(id="events-box", classes="box -empty") as box:
                box.border_title = "Events"
                yield Static(EMPTY, id="no-events")
                yield EventList(self._session, self._clock, id="events")
            detail = DetailPane("Select an event to see its payload.", id="event-detail", classes="box")
            detail.border_title = "Detail"
            yield detail

    def on_mount(self) -> None:
        """Draw what is known."""
        self.show()

    def on_resize(self) -> None:
        """Lay the tally out for the new width."""
        self.tally.update(self._tally(), layout=False)

    def show(self) -> None:
        """Draw what the session has become."""
        self.box.set_class(not self._session.events, "-empty")
        self.events.show()
        self.tally.update(self._tally(), layout=False)
        self._show_detail()

    def take_focus(self) -> None:
        """Focus the list."""
        self.events.focus()

    def go_to(self, event_id: str) -> bool:
        """Select an event; False where it is gone."""
        found = self.events.go_to(event_id)
        if found:
            self.action_open_detail()
            self.take_focus()
        return found

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        self._show_detail()

    @on(RowList.Followed)
    def _followed(self) -> None:
        self._titles()

    def on_descendant_focus(self) -> None:
        """Stop following while someone reads the detail."""
        if self.detail.has_focus_within:
            self.events.pin()

    def action_release(self) -> None:
        """Send the selected event on."""
        if event := self.events.selected:
            self.post_message(Decided(Release(ids=(event.id,))))

    def action_release_all(self) -> None:
        """Send on everything held, once that is confirmed."""
        count = len(self._session.held())
        if not count:
            self.notify("Nothing is held.")
            return
        question = f"Send {count:,} held event{'s' * (count != 1)} to Segment?\nThis can't be taken back."
        self.app.push_screen(Confirm("Release all", question, yes="Release"), self._release_all)

    def action_drop(self) -> None:
        """Never send the selected event."""
        if event := self.events.selected:
            self.post_message(Decided(Drop(ids=(event.id,))))

    def action_undo(self) -> None:
        """Take the event dropped last back."""
        if event := self._session.last_dropped():
            self.post_message(Decided(Restore(ids=(event.id,))))
        else:
            self.notify("Nothing was dropped.")

    def action_copy(self) -> None:
        """Copy the selected event's payload as JSON."""
        if event := self.events.selected:
            self.app.copy_to_clipboard(event.model_dump_json(by_alias=True, indent=2))
            self.notify(f"{printable(event.name) or event.type} copied as JSON.", markup=False)

    def action_open_detail(self) -> None:
        """Show the detail where the screen is too narrow to show it always."""
        self.add_class("-detail")
        self._show_detail()

    def action_close_detail(self) -> None:
        """Close the detail."""
        self.remove_class("-detail")
        self.take_focus()

    def _release_all(self, confirmed: bool | None) -> None:
        if confirmed:
            self.post_message(Decided(ReleaseAll()))

    def _show_detail(self) -> None:
        event = self.events.selected
        if event is None:
            self.detail.show(None, None, [])
        else:
            self.detail.show(event.id, _headline(event), facts_of_event(event, self._session, self._clock))
        self._titles()

    def _titles(self) -> None:
        set_titles(self.box, f"Events · {len(self._session.events):,}", self.events.position)

    def _tally(self) -> Content:
        counts = self._session.tally()
        shown = [status for status in STATUSES if status in ALWAYS or counts[status]]
        narrow = self.screen.has_class("-narrow")
        between = Content.styled("  " if narrow else "  ·  ", "$muted")
        return between.join([_count(status, counts[status], brief=narrow and status not in ALWAYS) for status in shown])


def _count(status: EventStatus, count: int, brief: bool) -> Content:
    look = STATUSES[status]
    colour = VARIABLES[look.tone] if count else "$muted"
    name = look.glyph if brief else status
    return Content.assemble((f"{name} ", "$muted"), (f"{count:,}", f"bold {colour}" if count else colour))


def _headline(event: EventRow) -> Content:
    look = STATUSES[event.status]
    by = f"by {printable(event.rule)}" if event.rule else BY_HAND if event.origin == "app" else ""
    return Content.assemble(
        (f"{look.glyph} {look.title}", f"bold {VARIABLES[look.tone]}"),
        f"  {event.type}  ",
        (printable(event.name), "bold"),
        (f"  {by}", "$muted"),
    )
