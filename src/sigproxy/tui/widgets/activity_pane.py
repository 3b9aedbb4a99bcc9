"""Activity: the types, the stream, and what the selected signal holds."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input

from sigproxy.domain.records import SignalRow
from sigproxy.tui.actions import bindings
from sigproxy.tui.clock import Clock
from sigproxy.tui.detail import facts_of_stream_row
from sigproxy.tui.kinds import look_of
from sigproxy.tui.printable import printable
from sigproxy.tui.state import SessionState
from sigproxy.tui.stream import StreamRow, StreamWindow
from sigproxy.tui.widgets.detail_pane import DetailPane
from sigproxy.tui.widgets.first_steps import FirstSteps
from sigproxy.tui.widgets.rows import RowList
from sigproxy.tui.widgets.stream_list import StreamList
from sigproxy.tui.widgets.titles import set_titles
from sigproxy.tui.widgets.tones import VARIABLES
from sigproxy.tui.widgets.traffic import Traffic
from sigproxy.tui.widgets.type_counts import TypeCounts


class ActivityPane(Horizontal):
    """Side by side where there is room; on a narrow screen the detail opens below the stream."""

    BINDINGS = bindings("activity")
    SCOPED_CSS = False  # the screen's width class is above the pane
    DEFAULT_CSS = """
    ActivityPane {
        & > #side { width: 25; }
        & > #side > #types-box { height: auto; }
        & > #stream-box { width: 1fr; }
        & #stream { height: 1fr; }
        & .-empty #stream { height: 0; }
        & FirstSteps { display: none; }
        & .-empty FirstSteps { display: block; }
        & #filter { display: none; background: $panel; padding: 0 1; }
        & #filter.-open { display: block; }
        & > #detail { width: 40%; max-width: 84; }
    }
    .-narrow ActivityPane, .-medium ActivityPane {
        & > #side { width: 1fr; height: 1; padding: 0 1; }
        & > #side > #types-box { border: none; padding: 0; height: 1; }
        & > #side > #traffic { display: none; }
    }
    .-medium ActivityPane {
        layout: grid; grid-size: 2 2; grid-rows: 1 1fr; grid-columns: 3fr 2fr;
        & > #side { column-span: 2; }
        & > #stream-box, & > #detail { width: 1fr; height: 1fr; }
    }
    .-narrow ActivityPane {
        layout: vertical;
        & > #stream-box { height: 1fr; width: 1fr; }
        & > #detail { width: 1fr; max-width: 100%; height: 50%; display: none; }
        &.-detail > #detail { display: block; }
    }
    """
    types = query_one(TypeCounts)
    traffic = query_one(Traffic)
    first_steps = query_one(FirstSteps)
    stream = query_one(StreamList)
    stream_box = query_one("#stream-box", Vertical)
    filter_input = query_one("#filter", Input)
    detail = query_one(DetailPane)

    def __init__(self, session: SessionState, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._clock = clock
        self._window = StreamWindow(session)
        self._selected_seq: int | None = None

    def compose(self) -> ComposeResult:
        """Lay out the three columns."""
        with Vertical(id="side"):
            with Vertical(id="types-box", classes="box") as box:
                box.border_title = "Types"
                yield TypeCounts(self._session, self._window, id="types")
            traffic = Traffic(self._session, id="traffic", classes="box")
            traffic.border_title = "Seen so far"
            yield traffic
        with Vertical(id="stream-box", classes="box -empty"):
            yield FirstSteps(self._session, self._clock)
            yield StreamList(self._window, self._clock, id="stream")
            yield Input(placeholder="text to look for · enter keeps it, esc takes it off", id="filter", compact=True)
        detail = DetailPane("Select a signal to see what it holds.", id="detail", classes="box")
        detail.border_title = "Detail"
        yield detail

    def on_mount(self) -> None:
        """Draw what is known."""
        self.show()

    def show(self) -> None:
        """Draw what the session has become."""
        added = self._window.catch_up()
        self.stream_box.set_class(not self._session.stream, "-empty")
        if added is None:
            self._rows_replaced()
        elif added:
            self.stream.rows_added(added)
        if not self._session.stream:
            self.first_steps.show()
        self.types.show()
        self.traffic.show()
        self._titles()
        self._show_detail()

    def take_focus(self) -> None:
        """Focus the stream."""
        self.stream.focus()

    def go_to(self, message_id: str) -> bool:
        """Select a signal, taking filters off where they hide it; False where it isn't held any more."""
        signal = self._session.signal(message_id)
        if signal is None:
            return False
        place = self._window.index_of(signal.seq)
        if place is None or self._window.rows[place].seq != signal.seq:
            self._window.show_all()
            self._window_changed()
            place = self._window.index_of(signal.seq)
        self.stream.pin()
        self.stream.select(place or 0)
        self.action_open_detail()
        self.take_focus()
        return True

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        self._show_detail()

    @on(RowList.Followed)
    def _followed(self) -> None:
        self._titles()

    @on(TypeCounts.Toggled)
    def _toggle_type(self, event: TypeCounts.Toggled) -> None:
        event.stop()
        self._window.toggle(event.kind)
        self._window_changed()

    @on(Input.Changed, "#filter")
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        self._window.search(event.value)
        self._window_changed()

    @on(Input.Submitted, "#filter")
    def _keep_search(self, event: Input.Submitted) -> None:
        event.stop()
        self.filter_input.set_class(bool(event.value), "-open")
        self.take_focus()

    def on_descendant_focus(self) -> None:
        """Stop following while someone reads the detail."""
        if self.detail.has_focus_within:
            self.stream.pin()

    def action_filter(self) -> None:
        """Open the text filter."""
        self.filter_input.add_class("-open")
        self.filter_input.focus()

    def action_show_all(self) -> None:
        """Take every filter off."""
        self.filter_input.remove_class("-open")
        with self.prevent(Input.Changed):
            self.filter_input.value = ""
        self._window.show_all()
        self._window_changed()

    def action_open_detail(self) -> None:
        """Show the detail where the screen is too narrow to show it always."""
        self.add_class("-detail")
        self._show_detail()

    def action_close_detail(self) -> None:
        """Close the filter if it is open, else the detail."""
        if self.filter_input.has_class("-open"):
            self.filter_input.remove_class("-open")
            self.filter_input.value = ""
        else:
            self.remove_class("-detail")
        self.take_focus()

    def action_copy(self) -> None:
        """Copy the selected row as JSON."""
        if row := self.stream.selected:
            self.app.copy_to_clipboard(row.source.model_dump_json(by_alias=True, indent=2))
            self.notify(f"{printable(row.label)} copied as JSON.", markup=False)

    def _window_changed(self) -> None:
        self._rows_replaced()
        self.types.show()
        self._titles()

    def _rows_replaced(self) -> None:
        selected = self._selected_seq
        self.stream.rows_replaced(None if selected is None else self._window.index_of(selected))

    def _show_detail(self) -> None:
        row = self.stream.selected
        self._selected_seq = row.seq if row else None
        if row is None:
            self.detail.show(None, None, [])
        else:
            facts = facts_of_stream_row(row, self._session, self._clock)
            self.detail.show(str(row.seq), _headline(row), facts)

    def _titles(self) -> None:
        shown, total = len(self._window.rows), len(self._session.stream)
        title = f"Signals · {shown:,} of {total:,}" if self._window.filtered else "Signals"
        set_titles(self.stream_box, title, self.stream.position)


def _headline(row: StreamRow) -> Content:
    look = look_of(row.kind)
    masked = len(row.source.masked) if isinstance(row.source, SignalRow) else 0
    note = f"\n{masked} masked value{'s' * (masked != 1)}: rules in the app see the real ones" if masked else ""
    return Content.assemble(
        (f"{look.glyph} {printable(row.label)}", f"bold {VARIABLES[look.tone]}"),
        f"  {printable(row.summary)}",
        (note, "$warning"),
    )
