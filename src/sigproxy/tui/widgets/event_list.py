"""The events of the session, in order of first appearance."""

from collections.abc import Sequence

from sigproxy.domain.records import EventRow
from sigproxy.tui.clock import Clock
from sigproxy.tui.kinds import STATUSES
from sigproxy.tui.state import SessionState
from sigproxy.tui.widgets.rows import Cell, RowList

BY_HAND = "by hand"


class EventList(RowList):
    """One line an event: status, type, name, rule, time. The cursor stays with its event as others come and go."""

    def __init__(self, session: SessionState, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._clock = clock
        self._rows: list[EventRow] = []

    @property
    def selected(self) -> EventRow | None:
        """The event the cursor is on."""
        return self._rows[self.cursor] if self.cursor is not None and self.cursor < len(self._rows) else None

    def show(self) -> None:
        """Draw the events as they are now."""
        selected, before = self.selected, len(self._rows)
        self._rows = list(self._session.events.values())
        place = self._place(selected.id) if selected else None
        if selected is None or self.following:
            self.show_end()
        elif place is None:
            self.rows_replaced(min(self.cursor or 0, len(self._rows) - 1))
        else:
            self.cursor = place
            self.rows_added(max(0, len(self._rows) - before))

    def go_to(self, event_id: str) -> bool:
        """Select an event; False where it is gone."""
        place = self._place(event_id)
        if place is not None:
            self.pin()
            self.select(place)
        return place is not None

    def row_count(self) -> int:
        """Return how many events there are."""
        return len(self._rows)

    def cells(self, index: int, width: int) -> Sequence[Cell]:
        """Lay one event out."""
        event = self._rows[index]
        look = STATUSES[event.status]
        rule = 0 if width < 50 else min(26, width // 4)
        name = max(0, width - 13 - 9 - rule - 13 - bool(rule))
        return (
            Cell("", 1),
            Cell(f"{look.glyph} {look.title}", 12, look.tone),
            Cell(event.type, 9, "muted"),
            Cell(event.name or "–", name, "muted" if event.status == "dropped" else "strong"),
            Cell("", bool(rule)),
            Cell(event.rule or (BY_HAND if event.origin == "app" else ""), rule, "muted"),
            Cell("✓" if event.confirmed else "", 3, "success", "right"),
            Cell(self._clock.of(event.timestamp, millis=False), 9, "muted", "right"),
            Cell("", 1),
        )

    def _place(self, event_id: str) -> int | None:
        return next((place for place, row in enumerate(self._rows) if row.id == event_id), None)
