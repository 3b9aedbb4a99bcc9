"""From an exchange to what is stored: one consumer, so that arrival order is the feed's order.

An upload is answered only after it is durable: what the SDK was told is received survives the death of this process,
and what it wasn't told it sends again.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import orjson

from sigproxy.domain.event import AppEvent
from sigproxy.domain.exchange import Exchange
from sigproxy.domain.records import EventStatus
from sigproxy.domain.signal import Signal, text
from sigproxy.domain.upload import Upload, decode, unpacked
from sigproxy.errors import SigproxyError
from sigproxy.transaction import Transaction, Wire, wire_of
from sigproxy.writer import Writer

QUEUE = 10_000
"""Exchanges waiting before capture makes the next one wait."""

BATCH = 200
"""Exchanges stored in one transaction, at most."""


class CaptureError(SigproxyError):
    """An exchange couldn't be stored; the SDK should send it again."""


@dataclass(slots=True)
class Arrivals:
    """What a batch brought that was not known before."""

    signals: list[Signal] = field(default_factory=list)
    events: list[tuple[str, AppEvent, EventStatus]] = field(default_factory=list)
    """(row id, event, status)."""

    wires: dict[str, Wire] = field(default_factory=dict)
    """How each of those events left the app, by row id."""

    rejects: int = 0
    exchanges: int = 0


type Waiting = tuple[Exchange, asyncio.Future[None] | None]


class Ingest:
    """Decodes and stores exchanges and hands on what is new."""

    def __init__(
        self,
        writer: Writer,
        *,
        known: set[str],
        arrived: Callable[[Arrivals], None],
        event_status: EventStatus = "held",
    ) -> None:
        """Prepare the pipeline.

        Args:
            writer: Where to.
            known: messageIds stored before; grows.
            arrived: Called after each commit, in order.
            event_status: What the app's events start as: `held`, or `sent` where they went upstream long ago.
        """
        self._writer = writer
        self._known = known
        self._arrived = arrived
        self._event_status = event_status
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue(QUEUE)

    async def uploaded(self, exchange: Exchange) -> None:
        """Store an upload; returns once it is durable.

        Raises:
            CaptureError: It couldn't be stored.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._queue.put((exchange, done))
        await done

    async def exchanged(self, exchange: Exchange) -> None:
        """Queue any other exchange; waits only when `QUEUE` of them wait already."""
        await self._queue.put((exchange, None))

    async def run(self) -> None:
        """Consume for ever."""
        while True:
            waiting = [await self._queue.get()]
            while len(waiting) < BATCH and not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            await self._take(waiting)
            for _ in waiting:
                self._queue.task_done()

    async def drained(self) -> None:
        """Wait until all that was queued is stored."""
        await self._queue.join()

    async def _take(self, waiting: Sequence[Waiting]) -> None:
        try:
            arrivals = await self.store([exchange for exchange, _ in waiting])
        except (sqlite3.Error, OSError) as problem:
            _settle(waiting, CaptureError(f"The capture could not be written: {problem}."))
            return
        self._arrived(arrivals)
        _settle(waiting, None)

    async def store(self, exchanges: Sequence[Exchange]) -> Arrivals:
        """Decode and commit exchanges in one transaction.

        Raises:
            sqlite3.Error: Nothing of them was stored.
        """
        arrivals = Arrivals(exchanges=len(exchanges))
        fresh: set[str] = set()
        uploads = [(exchange, decode(exchange)) for exchange in exchanges]

        def write(transaction: Transaction) -> None:
            for exchange, upload in uploads:
                self._write_one(transaction, exchange, upload, arrivals, fresh)

        await self._writer.write(write)
        self._known |= fresh
        return arrivals

    def _write_one(
        self, transaction: Transaction, exchange: Exchange, upload: Upload, arrivals: Arrivals, fresh: set[str]
    ) -> None:
        def is_new(message_id: str) -> bool:
            """SDKs resend a batch with the same messageIds until they are told it arrived."""
            if message_id in self._known or message_id in fresh:
                return False
            fresh.add(message_id)
            return True

        transaction.exchange(exchange, upload.role)
        for signal in upload.signals:
            if is_new(signal.message_id):
                transaction.signal(signal)
                arrivals.signals.append(signal)
        for reject in upload.rejects:
            transaction.reject(exchange.id, reject)
            arrivals.rejects += 1
        key = _write_key(exchange) if upload.events else None
        for event in upload.events:
            if is_new(event.message_id):
                wire = wire_of(event, exchange, key)
                row_id = transaction.app_event(event, self._event_status, wire)
                arrivals.wires[row_id] = wire
                arrivals.events.append((row_id, event, self._event_status))


def _settle(waiting: Sequence[Waiting], problem: CaptureError | None) -> None:
    for _, done in waiting:
        if done is None or done.done():
            continue
        if problem:
            done.set_exception(problem)
        else:
            done.set_result(None)


def _write_key(exchange: Exchange) -> str | None:
    """Find a batch's write key: its messages don't repeat it."""
    try:
        document = orjson.loads(unpacked(exchange.request_body, exchange.request_header("content-encoding")))
    except ValueError:
        return None
    return text(document.get("writeKey")) if isinstance(document, dict) else None
