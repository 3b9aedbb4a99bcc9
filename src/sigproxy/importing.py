"""A recorded file → a session of its own, decoded and judged like live traffic."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import batched
from pathlib import Path

from sigproxy.config import Settings
from sigproxy.domain.book import EventBook
from sigproxy.engine.client import Engine
from sigproxy.feed import Feed
from sigproxy.ingest import Arrivals, Ingest
from sigproxy.judge import Judge
from sigproxy.recording import read_recording
from sigproxy.reload import Reloader
from sigproxy.store import Store
from sigproxy.writer import Writer

CHUNK = 200
"""Exchanges stored at once, so that a running service never waits long for the file."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import brought."""

    session: str
    exchanges: int
    signals: int
    events: int
    """Events that the app sent; predictions aren't counted."""

    rejects: int

    def to_json(self) -> dict[str, str | int]:
        """Return it as `import --json` prints it."""
        return asdict(self)


async def import_file(
    settings: Settings, path: Path, progress: Callable[[int, int], None], warn: Callable[[str], None]
) -> ImportSummary:
    """Import a file.

    Args:
        settings: Where to, and by which rules it is judged.
        path: The file.
        progress: Called with (exchanges done, exchanges in all).
        warn: Called with what is amiss but stops nothing: rules that can't be used.

    Raises:
        UsageError: The file can't be read; nothing is imported then.
    """
    # Read twice: the first time proves every line, so that nothing is ever half-imported, in little memory.
    total = await asyncio.to_thread(lambda: sum(1 for _ in read_recording(path)))
    store = Store.open(settings.home / "sigproxy.db")
    try:
        session = store.start_session(path.name)
        try:
            summary = await _import(settings, store, session.id, path, lambda done: progress(done, total), warn)
        except BaseException:
            store.delete_session(session.id)
            raise
        store.end_session(session.id)
        return summary
    finally:
        store.close()


async def _import(
    settings: Settings,
    store: Store,
    session: str,
    path: Path,
    progress: Callable[[int], None],
    warn: Callable[[str], None],
) -> ImportSummary:
    writer = Writer(store, session, Feed(lambda since, limit: store.records(session, since, limit)))
    engine = Engine(settings.engine)
    judge = Judge(engine, writer, EventBook())
    arrived: list[Arrivals] = []
    ingest = Ingest(writer, known=set(), arrived=arrived.append, event_status="sent")
    try:
        for chunk in batched(read_recording(path), CHUNK, strict=False):
            arrivals = await ingest.store(chunk)
            await judge.save(judge.book.add_app(arrivals.events))
            arrived.append(arrivals)
            progress(sum(one.exchanges for one in arrived))
        await _judge(settings, engine, judge, writer, warn)
    finally:
        writer.close()
    return ImportSummary(
        session=session,
        exchanges=sum(one.exchanges for one in arrived),
        signals=sum(len(one.signals) for one in arrived),
        events=sum(len(one.events) for one in arrived),
        rejects=sum(one.rejects for one in arrived),
    )


async def _judge(settings: Settings, engine: Engine, judge: Judge, writer: Writer, warn: Callable[[str], None]) -> None:
    """Judge the whole session by the rules; broken ones cost only the verdict."""
    await engine.start()
    try:
        task = asyncio.create_task(judge.run())
        reloader = Reloader(settings.rules, judge, writer)
        await reloader.load()
        if reloader.error:
            place = f"{reloader.error.file}:{reloader.error.line}" if reloader.error.line else reloader.error.file
            warn(f"No rules were applied. {place}: {reloader.error.why}.")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    finally:
        await engine.close()
