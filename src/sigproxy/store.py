"""Where a capture lives: one SQLite file, written by one thread, readable by anybody meanwhile.

A transaction is durable against the death of the process once it returns (WAL).
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from sigproxy.domain.records import EventRow, Record, SignalRow
from sigproxy.errors import SigproxyError
from sigproxy.schema import SCHEMA, SCHEMA_VERSION
from sigproxy.transaction import Transaction, Wire, read_meta


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One capture."""

    id: str
    started: float
    """Epoch seconds."""

    source: str
    """`live`, or the file it was imported from."""

    ended: float | None


@dataclass(frozen=True, slots=True)
class StoredSignal:
    """A signal as the engine takes it."""

    message_id: str
    timestamp: str
    at_ms: int | None
    index: int | None
    anonymous_id: str | None
    json: str


class Store:
    """The database. All methods block; call them from the writer's thread or a command."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open the file, making it (and its tables) where it isn't there.

        Raises:
            SigproxyError: It can't be opened, or is of a later version of sigproxy.
        """
        try:
            db = _connected(path, read_only=read_only)
            try:
                _prepare(db, path, read_only=read_only)
            except BaseException:
                db.close()
                raise
            return cls(db)
        except (sqlite3.Error, OSError) as problem:
            raise SigproxyError(
                f"The capture file {path} can't be opened: {problem}.",
                "Check its permissions, or choose another folder with SIGPROXY_HOME.",
            ) from problem

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self, session: str) -> Iterator[Transaction]:
        """Write all that happens inside, or nothing."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                changes = Transaction(self._db, session)
                yield changes
                changes.finish()
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def start_session(self, source: str) -> SessionRow:
        """Begin a capture; its id says when, in UTC."""
        now = time.time()
        stem = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
        with self._lock:
            for suffix in ("", *(f"-{nth}" for nth in range(2, 1000))):
                try:
                    self._db.execute("INSERT INTO sessions VALUES (?, ?, ?, NULL)", (stem + suffix, now, source))
                except sqlite3.IntegrityError:
                    continue
                return SessionRow(stem + suffix, now, source, None)
        raise SigproxyError("A thousand sessions began in this second.", "Try again.")

    def resumable_session(self, *, ended_too: bool = False) -> SessionRow | None:
        """Return the last live capture if it didn't end as it should, or whether it did or not with `ended_too`."""
        query = "SELECT * FROM sessions WHERE source = 'live' ORDER BY started DESC, rowid DESC LIMIT 1"
        with self._lock:
            row = self._db.execute(query).fetchone()
        return SessionRow(**row) if row and (row["ended"] is None or ended_too) else None

    def end_session(self, session: str) -> None:
        """Note that a capture ended as it should."""
        with self._lock:
            self._db.execute("UPDATE sessions SET ended = ? WHERE id = ?", (time.time(), session))

    def continue_session(self, session: str) -> None:
        """Note that a capture goes on."""
        with self._lock:
            self._db.execute("UPDATE sessions SET ended = NULL WHERE id = ?", (session,))

    def delete_session(self, session: str) -> None:
        """Forget a capture."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for table in ("records", "exchanges", "signals", "events"):
                self._db.execute(f"DELETE FROM {table} WHERE session = ?", (session,))
            self._db.execute("DELETE FROM sessions WHERE id = ?", (session,))

    def forget_before(self, moment: float) -> int:
        """Delete the captures begun and ended before a moment (epoch seconds); return how many."""
        with self._lock:
            old = self._db.execute(
                "SELECT id FROM sessions WHERE coalesce(ended, started) < ? AND started < ?", (moment, moment)
            ).fetchall()
        for row in old:
            self.delete_session(row["id"])
        return len(old)

    def sessions(self) -> list[SessionRow]:
        """List the captures, oldest first."""
        with self._lock:
            return [SessionRow(**row) for row in self._db.execute("SELECT * FROM sessions ORDER BY started, rowid")]

    def latest_session(self) -> str | None:
        """Return the id of the capture begun last, None where there is none."""
        sessions = self.sessions()
        return sessions[-1].id if sessions else None

    def session_exists(self, session: str) -> bool:
        """Whether there is such a capture."""
        return any(row.id == session for row in self.sessions())

    def records(self, session: str, since: int, limit: int) -> list[Record]:
        """Return up to `limit` records after number `since`, in order."""
        query = """
            SELECT r.seq, r.at, r.kind, r.payload, s.row
            FROM records r LEFT JOIN signals s ON s.seq = r.seq
            WHERE r.session = ? AND r.seq > ? ORDER BY r.seq LIMIT ?"""
        with self._lock:
            rows = self._db.execute(query, (session, since, limit)).fetchall()
        return [
            Record(seq=row["seq"], at=row["at"], kind=row["kind"], payload=orjson.loads(row["payload"] or row["row"]))
            for row in rows
        ]

    def signals(self, session: str, type: str | None = None) -> Iterator[SignalRow]:
        """Yield the signals in the order they happened: by timestamp, then the SDK's index, then arrival."""
        query = "SELECT row FROM signals WHERE session = ? AND type = coalesce(?, type) ORDER BY at_ms, idx, seq"
        for row in self._page(query, (session, type)):
            yield SignalRow.model_validate_json(row["row"])

    def engine_signals(self, session: str) -> list[StoredSignal]:
        """Return all signals, in the order they happened, as the engine takes them."""
        query = """
            SELECT message_id, timestamp, at_ms, idx, anonymous_id, json FROM signals
            WHERE session = ? ORDER BY at_ms, idx, seq"""
        with self._lock:
            return [StoredSignal(*row) for row in self._db.execute(query, (session,))]

    def signal_ids(self, session: str) -> set[str]:
        """Return the messageIds of all signals."""
        with self._lock:
            return {row[0] for row in self._db.execute("SELECT message_id FROM signals WHERE session = ?", (session,))}

    def events(self, session: str, type: str | None = None) -> Iterator[EventRow]:
        """Yield the events in the order they happened."""
        query = "SELECT row FROM events WHERE session = ? AND type = coalesce(?, type) ORDER BY at_ms, seq"
        for row in self._page(query, (session, type)):
            yield EventRow.model_validate_json(row["row"])

    def wires(self, session: str) -> list[tuple[EventRow, Wire]]:
        """Return what the app sent, each with how it sent it, in order of arrival."""
        query = "SELECT row, wire FROM events WHERE session = ? AND wire IS NOT NULL ORDER BY rowid"
        with self._lock:
            rows = self._db.execute(query, (session,)).fetchall()
        return [(EventRow.model_validate_json(row["row"]), Wire(**orjson.loads(row["wire"]))) for row in rows]

    def counter(self, name: str, at_least: int = 0, *, step: int = 0) -> int:
        """Read a lasting number, raised by `step` and to `at_least` first."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            value = max(read_meta(self._db, name) + step, at_least)
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
            self._db.execute("COMMIT")
        return value

    def _page(self, query: str, args: Sequence[Any]) -> Iterator[sqlite3.Row]:
        with self._lock:
            rows = self._db.execute(query, args).fetchall()
        yield from rows


def _connected(path: Path, *, read_only: bool) -> sqlite3.Connection:
    if read_only:
        db = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    else:
        path.touch(mode=0o600)
        db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
    db.row_factory = sqlite3.Row
    return db


def _prepare(db: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise SigproxyError(
            f"The capture file {path} was written by a newer sigproxy.",
            "Update sigproxy, or use another SIGPROXY_HOME.",
        )
    if not read_only:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        if version < SCHEMA_VERSION:
            db.executescript(SCHEMA)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
