"""What is written to a capture together, and the records that come of it.

Numbers on the feed are given inside the transaction, so that several processes (a service, an import) never give one
twice.
"""

import json
import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import orjson

from sigproxy.domain.event import AppEvent, app_row
from sigproxy.domain.exchange import Exchange
from sigproxy.domain.records import (
    EventRef,
    EventRow,
    EventStatus,
    ExchangeRow,
    Record,
    RecordKind,
    RejectRow,
    Row,
    SignalRow,
)
from sigproxy.domain.signal import Signal, epoch_ms, label, masked_paths, summary
from sigproxy.domain.upload import Reject, Role


@dataclass(frozen=True, slots=True)
class Wire:
    """How an event left the app: what is needed to send it on."""

    host: str
    headers: dict[str, str]
    message: dict[str, Any]
    """The message with its write key."""


class Transaction:
    """What is written together, and the records that come of it."""

    def __init__(self, db: sqlite3.Connection, session: str) -> None:
        self._db = db
        self._session = session
        self._seq = read_meta(db, "last_seq")
        self._at = time.time()
        self.records: list[Record] = []

    def exchange(self, exchange: Exchange, role: Role) -> None:
        """Keep an exchange with its raw bytes."""
        row = ExchangeRow(
            seq=self._next(),
            id=exchange.id,
            role=role,
            method=exchange.method,
            url=exchange.url,
            status=exchange.status,
            request_bytes=len(exchange.request_body),
            response_bytes=len(exchange.response_body),
            ms=round((exchange.ended - exchange.started) * 1000) if exchange.ended else None,
            answered_by=exchange.answered_by,
            error=exchange.error,
        )
        self._db.execute(
            "INSERT INTO exchanges VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                row.seq, self._session, exchange.id, role, exchange.method, exchange.url, exchange.http_version,
                exchange.status, exchange.started, exchange.ended, exchange.client, exchange.error,
                json.dumps(exchange.notes), json.dumps(exchange.request_headers), exchange.request_body,
                json.dumps(exchange.response_headers), exchange.response_body,
            ),
        )  # fmt: skip
        self._record("exchange", row)

    def signal(self, signal: Signal) -> None:
        """Keep a signal; one whose messageId is known is an error of the caller's."""
        row = SignalRow(
            seq=self._next(),
            type=signal.type,
            label=label(signal),
            summary=summary(signal),
            timestamp=signal.timestamp,
            index=signal.index,
            anonymous_id=signal.anonymous_id,
            message_id=signal.message_id,
            data=signal.raw.get("data"),
            context=signal.raw.get("context") if isinstance(signal.raw.get("context"), dict) else None,
            page_url=signal.page_url,
            masked=masked_paths(signal.data),
        )
        payload = row.model_dump(by_alias=True, mode="json")
        at_ms = signal.at_ms if signal.at_ms is not None else round(self._at * 1000)
        self._db.execute(
            "INSERT INTO signals VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                row.seq, self._session, signal.message_id, signal.type, signal.timestamp, at_ms, signal.index,
                signal.anonymous_id, json.dumps(signal.raw, separators=(",", ":")), json.dumps(payload),
            ),
        )  # fmt: skip
        # The signal's row is its record's payload: kept once.
        self._record("signal", row, payload, stored=False)

    def reject(self, exchange_id: str, reject: Reject) -> None:
        """Keep the reason why something couldn't be read."""
        row = RejectRow(seq=self._next(), exchange=exchange_id, reason=reject.reason, excerpt=reject.excerpt)
        self._record("reject", row)

    def event(self, row: EventRow, wire: "Wire | None" = None) -> None:
        """Keep an event or what changed about it; its number on the feed is given here."""
        row = row.model_copy(update={"seq": self._next()})
        wire_json = orjson.dumps(wire).decode() if wire else None
        self._db.execute(
            """INSERT INTO events VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (session, id) DO UPDATE SET seq = excluded.seq,
               status = excluded.status, row = excluded.row, type = excluded.type, at_ms = excluded.at_ms""",
            (self._session, row.id, row.seq, row.type, row.status, epoch_ms(row.timestamp), _json(row), wire_json),
        )
        self._record("event", row)

    def event_gone(self, ref: EventRef) -> None:
        """Forget a prediction that no longer stands."""
        self._db.execute("DELETE FROM events WHERE session = ? AND id = ?", (self._session, ref.id))
        self.record("event_gone", ref)

    def app_event(self, event: AppEvent, status: EventStatus, wire: "Wire") -> str:
        """Keep an event that the app sent and return its row's id."""
        row = app_row(event, row_id=f"e{self._seq + 1}", status=status, prediction=None, reason=None)
        self.event(row, wire)
        return row.id

    def record(self, kind: RecordKind, row: Row) -> None:
        """Put anything else that happened on the feed."""
        self._next()
        self._record(kind, row)

    def finish(self) -> None:
        """Remember the last number given."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('last_seq', ?)", (self._seq,))

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _record(self, kind: RecordKind, row: Row, payload: dict[str, Any] | None = None, *, stored: bool = True) -> None:
        payload = payload if payload is not None else row.model_dump(by_alias=True, mode="json")
        text = json.dumps(payload) if stored else None
        self._db.execute("INSERT INTO records VALUES (?,?,?,?,?)", (self._seq, self._session, self._at, kind, text))
        self.records.append(Record(seq=self._seq, at=self._at, kind=kind, payload=payload))


def wire_of(event: AppEvent, exchange: Exchange, write_key: str | None) -> Wire:
    """Note how an event left the app. Only the headers that carry meaning for the tracking API are kept."""
    kept = ("authorization", "content-type", "user-agent", "origin", "referer")
    headers = {name: value for name in kept if (value := exchange.request_header(name))}
    message = event.payload if "writeKey" in event.payload or not write_key else event.payload | {"writeKey": write_key}
    return Wire(exchange.parts.netloc, headers, message)


def _json(row: Row) -> str:
    return json.dumps(row.model_dump(by_alias=True, mode="json"))


def read_meta(db: sqlite3.Connection, name: str) -> int:
    """Read a lasting number; 0 where it was never written."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0
