"""The stream as Activity shows it: rows, and the window on them that filters leave."""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sigproxy.domain.records import RejectRow, SignalRow
from sigproxy.tui.kinds import REJECT

if TYPE_CHECKING:
    from sigproxy.tui.state import SessionState


@dataclass(frozen=True)
class StreamRow:
    """One line of the stream: a signal, or something that should have been one."""

    seq: int
    at: float
    """Epoch seconds at which it reached sigproxy."""

    kind: str
    """The signal's type, or `kinds.REJECT`."""

    label: str
    summary: str
    source: SignalRow | RejectRow

    @classmethod
    def of_signal(cls, row: SignalRow, at: float) -> StreamRow:
        """Make the line of a signal that arrived at epoch seconds `at`."""
        return cls(row.seq, at, row.type, row.label, row.summary, row)

    @classmethod
    def of_reject(cls, row: RejectRow, at: float) -> StreamRow:
        """Make the line of a reject that arrived at epoch seconds `at`."""
        return cls(row.seq, at, REJECT, "Reject", row.reason, row)

    @property
    def page(self) -> str:
        """Path of the page it happened on, the hash kept because single-page apps route by it."""
        url = self.source.page_url if isinstance(self.source, SignalRow) else None
        if not url:
            return ""
        parts = urlsplit(url)
        return parts.path + (f"#{parts.fragment}" if parts.fragment else "")

    @property
    def failed(self) -> bool:
        """Whether it is a reject, or a response with an error status."""
        if isinstance(self.source, RejectRow):
            return True
        status = self.source.data.get("status") if isinstance(self.source.data, dict) else None
        return self.kind == "network" and isinstance(status, int) and status >= 400

    @cached_property
    def haystack(self) -> str:
        """All its text in lower case, made when first searched."""
        return json.dumps(self.source.model_dump(), ensure_ascii=False, default=str).lower()


class StreamWindow:
    """The rows that the filters let through, kept up with the session row by row."""

    def __init__(self, session: SessionState) -> None:
        self.rows: list[StreamRow] = []
        self.hidden: frozenset[str] = frozenset()
        self.text = ""
        self._session = session
        self._stream = session.stream
        self._forgotten = session.forgotten
        self._read = 0

    @property
    def filtered(self) -> bool:
        """Whether anything is being hidden."""
        return bool(self.hidden or self.text)

    def catch_up(self) -> int | None:
        """Take in the session's new rows; return how many of them show, or None where others went."""
        if self._session.stream is not self._stream or self._session.forgotten != self._forgotten:
            self._rebuild()
            return None
        fresh = [row for row in self._session.stream[self._read :] if self._shows(row)]
        self._read = len(self._session.stream)
        self.rows.extend(fresh)
        return len(fresh)

    def toggle(self, kind: str) -> None:
        """Hide a type that shows, show one that is hidden."""
        self.hidden ^= {kind}
        self._rebuild()

    def search(self, text: str) -> None:
        """Show only rows that contain this text anywhere, case ignored; empty shows all."""
        self.text = text.strip().lower()
        self._rebuild()

    def show_all(self) -> None:
        """Hide nothing."""
        self.hidden, self.text = frozenset(), ""
        self._rebuild()

    def index_of(self, seq: int) -> int | None:
        """Return the place of the row with this number, or of the one that follows it; None past the end."""
        place = bisect_left(self.rows, seq, key=_seq)
        return place if place < len(self.rows) else None

    def _rebuild(self) -> None:
        self.rows = [row for row in self._session.stream if self._shows(row)]
        self._stream, self._forgotten = self._session.stream, self._session.forgotten
        self._read = len(self._stream)

    def _shows(self, row: StreamRow) -> bool:
        return row.kind not in self.hidden and (not self.text or self.text in row.haystack)


def _seq(row: StreamRow) -> int:
    return row.seq
