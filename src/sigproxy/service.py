"""The capture of one session: what the proxy hands in, what clients see, what a person decides.

Reads top to bottom as the data flows: exchange → ingest → judge → book of events → hold queue → release.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from sigproxy import __version__
from sigproxy.config import Settings
from sigproxy.domain.book import EventBook
from sigproxy.domain.commands import (
    Command,
    Drop,
    Release,
    ReleaseAll,
    Restore,
    SetDetection,
    SetUpstream,
    Stop,
    WatchApp,
)
from sigproxy.domain.event import read_event
from sigproxy.domain.exchange import Exchange
from sigproxy.domain.holding import Action
from sigproxy.domain.records import EventStatus, Record, ServiceStatus, Upstream
from sigproxy.engine.client import Engine
from sigproxy.errors import Refused
from sigproxy.feed import Feed
from sigproxy.ingest import Arrivals, Ingest
from sigproxy.judge import Judge
from sigproxy.release import Sender
from sigproxy.reload import Reloader
from sigproxy.store import SessionRow, Store
from sigproxy.transaction import Transaction, Wire
from sigproxy.writer import Writer

IN_FLIGHT = "The service ended while it was being sent. Release it again: Segment ignores a repeated messageId."


class Service:
    """Everything but the proxy and the API, which are handed this."""

    def __init__(self, settings: Settings, store: Store, session: SessionRow, engine: Engine) -> None:
        self.stopped = asyncio.Event()
        self.crash: BaseException | None = None
        """What ended the service, if it wasn't told to."""
        self.session = session
        self.proxy_address = ""
        self.api_url = ""
        self.ca_path = Path()
        self.app_hosts = frozenset(settings.apps)
        self.segment_at = settings.segment_at
        self.upstream: Upstream = settings.upstream
        self.detection_until: float | None = time.time() + settings.detection_hours * 3600
        self._settings = settings
        self._engine = engine
        self._passed_through = 0
        self._feed = Feed(lambda since, limit: store.records(session.id, since, limit))
        self._writer = Writer(store, session.id, self._feed)
        self._book = EventBook()
        self._judge = Judge(engine, self._writer, self._book)
        self._known = store.signal_ids(session.id)
        self._ingest = Ingest(self._writer, known=self._known, arrived=self._arrived)
        self._reloader = Reloader(settings.rules, self._judge, self._writer)
        self._sender = Sender(settings.segment_at)
        self._wires: dict[str, Wire] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start the engine, take up where the session stood, load the rules."""
        self._stack.callback(self._writer.close)
        await self._stack.enter_async_context(self._sender)
        await self._engine.start()
        self._stack.push_async_callback(self._engine.close)
        self._stack.push_async_callback(self._cancel_tasks)
        await self._resume()
        self._spawn(self._judge.run(), "judge")
        await self._reloader.load()
        self._spawn(self._ingest.run(), "ingest")
        self._spawn(self._reloader.watch(), "rules")
        self._spawn(self._end_detection(), "detection")
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self.crash:
            await self._ingest.drained()
            await self._judge.drained()
        await self._stack.aclose()

    # What the proxy hands in.

    async def uploaded(self, exchange: Exchange) -> None:
        """Store an upload; returns once it is durable, raises CaptureError otherwise."""
        await self._ingest.uploaded(exchange)

    async def exchanged(self, exchange: Exchange) -> None:
        """Queue any other exchange."""
        await self._ingest.exchanged(exchange)

    def passed_through(self, host: str) -> None:
        """Count a connection that was relayed unopened."""
        self._passed_through += 1

    # What the proxy is told.

    @property
    def detection_on(self) -> bool:
        """Whether the debug flag is put on the app's pages."""
        return self.detection_until is not None

    @property
    def bundle(self) -> tuple[str, int, str]:
        """(text, version, digest) of the rules in force; text empty before any are."""
        compiled, state = self._judge.compiled, self._judge.state
        return (compiled.bundle.text, state.version, compiled.bundle.digest) if compiled and state else ("", 0, "none")

    # What clients see.

    def status(self) -> ServiceStatus:
        """Say where the service is and what it is doing."""
        state = self._judge.state
        return ServiceStatus(
            version=__version__,
            proxy=self.proxy_address,
            api=self.api_url,
            ca=str(self.ca_path),
            session=self.session.id,
            session_started=self.session.started,
            upstream=self.upstream,
            detection_until=self.detection_until,
            rules_version=state.version if state else 0,
            rules_folder=str(self._settings.rules),
            engine=self._engine.name,
            decrypted=("*.segment.com", "*.segment.io", "*.segmentapis.com", *sorted(self.app_hosts)),
            passed_through=self._passed_through,
        )

    def listening(self, *, proxy: str, api: str, ca: Path) -> None:
        """Take note of where the proxy and the API listen."""
        self.proxy_address, self.api_url, self.ca_path = proxy, api, ca

    def follow(self, since: int) -> AsyncIterator[list[Record]]:
        """Yield the session's records after a number, then live ones, for ever."""
        return self._feed.follow(since)

    async def announce(self) -> None:
        """Put the status on the feed."""
        status = self.status()
        await self._writer.write(lambda transaction: transaction.record("status", status))

    # What a person decides.

    async def command(self, command: Command) -> None:
        """Carry out a command; its effect is seen on the feed.

        Raises:
            Refused: It can't be done; says why.
        """
        match command:
            case Release(ids=ids):
                await self._release(ids)
            case ReleaseAll():
                await self._release(self._book.held())
            case Drop(ids=ids):
                await self._act(ids, "drop")
            case Restore(ids=ids):
                await self._act(ids, "restore")
            case SetUpstream(mode=mode):
                self.upstream = mode
                if mode == "release":
                    await self._release(self._book.held())
                await self.announce()
            case SetDetection(on=on):
                self.detection_until = time.time() + self._settings.detection_hours * 3600 if on else None
                await self.announce()
            case WatchApp(host=host):
                self.app_hosts |= {host}
                await self.announce()
            case Stop():
                self.stopped.set()

    async def _release(self, ids: Sequence[str]) -> None:
        await self._act(ids, "release")
        for row_id in ids:
            self._spawn(self._send(row_id), f"send {row_id}")

    async def _send(self, row_id: str) -> None:
        reason = await self._sender.send(self._book.event(row_id), self._wires[row_id])
        await self._act((row_id,), "fail" if reason else "deliver", reason)

    async def _act(self, ids: Sequence[str], action: Action, reason: str | None = None) -> None:
        try:
            changes = self._book.act(ids, action, reason)
        except ValueError as refusal:
            raise Refused(str(refusal)) from refusal
        await self._judge.save(changes)

    # Inner workings.

    def _arrived(self, arrivals: Arrivals) -> None:
        self._wires |= arrivals.wires
        self._judge.arrived(arrivals)
        if arrivals.events and self.upstream == "release":
            self._spawn(self._release_when_judged([row_id for row_id, _, _ in arrivals.events]), "release")

    async def _release_when_judged(self, ids: Sequence[str]) -> None:
        await self._judge.drained()
        await self._release(ids)

    async def _resume(self) -> None:
        """Take the session's events up again; predictions are made anew from its signals."""
        store, session = self._writer.store, self.session.id
        rows = []
        for row, wire in store.wires(session):
            status: EventStatus = "failed" if row.status == "released" else row.status
            rows.append((row.id, read_event(wire.message, row.message_id or row.id, row.type), status))
            self._wires[row.id] = wire
            self._known.add(row.message_id or row.id)
        stale = [row for row in store.events(session) if row.status == "predicted"]
        in_flight = [row for row in store.events(session) if row.status == "released"]

        def write(transaction: Transaction) -> None:
            for row in stale:
                transaction.event_gone(row.ref)
            for row in in_flight:
                transaction.event(row.model_copy(update={"status": "failed", "reason": IN_FLIGHT}))

        self._book.add_app(rows)
        if stale or in_flight:
            await self._writer.write(write)

    async def _end_detection(self) -> None:
        """Turn the debug flag off when its time is over."""
        while True:
            if self.detection_until is not None and time.time() >= self.detection_until:
                self.detection_until = None
                await self.announce()
            await asyncio.sleep(1)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """End the service if a part of it died: a capture that only seems to go on is worse than none."""
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) and not isinstance(problem, Refused):
            self.crash = problem
            self.stopped.set()

    async def _cancel_tasks(self) -> None:
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
