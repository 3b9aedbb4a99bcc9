"""The stream of signals, newest at the end."""

from collections.abc import Sequence

from sigproxy.domain.records import SignalRow
from sigproxy.tui.clock import Clock
from sigproxy.tui.kinds import look_of
from sigproxy.tui.stream import StreamRow, StreamWindow
from sigproxy.tui.widgets.rows import Cell, RowList


class StreamList(RowList):
    """One line a signal: time, type, label, summary, and the page's path where there is room."""

    def __init__(self, window: StreamWindow, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._window = window
        self._clock = clock

    @property
    def selected(self) -> StreamRow | None:
        """The row the cursor is on."""
        rows = self._window.rows
        return rows[self.cursor] if self.cursor is not None and self.cursor < len(rows) else None

    def row_count(self) -> int:
        """Return how many rows the filters let through."""
        return len(self._window.rows)

    def cells(self, index: int, width: int) -> Sequence[Cell]:
        """Lay one signal out."""
        row = self._window.rows[index]
        look = look_of(row.kind)
        millis = width >= 70
        page = 0 if width < 60 else min(28, width // 4)
        time = 12 if millis else 8
        label = 17
        summary = max(0, width - time - label - page - 6 - bool(page))
        return (
            Cell("", 1),
            Cell(self._time(row, millis), time, "muted"),
            Cell("", 1),
            Cell(look.glyph, 2, look.tone),
            Cell(row.label, label, look.tone),
            Cell("", 1),
            Cell(row.summary, summary, "error" if row.failed else "text"),
            Cell("", bool(page)),
            Cell(row.page, page, "muted", "right"),
            Cell("", 1),
        )

    def _time(self, row: StreamRow, millis: bool) -> str:
        if isinstance(row.source, SignalRow) and row.source.timestamp:
            return self._clock.of(row.source.timestamp, millis)
        return self._clock.at(row.at, millis)
