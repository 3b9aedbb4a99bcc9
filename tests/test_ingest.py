import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sigproxy.feed import Feed
from sigproxy.ingest import Arrivals, CaptureError, Ingest
from sigproxy.store import Store
from sigproxy.writer import Writer
from tests import recordings


class Capture:
    """An ingest on a real file, and what came out of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.session = store.start_session("live").id
        self.feed = Feed(lambda since, limit: store.records(self.session, since, limit))
        self.writer = Writer(store, self.session, self.feed)
        self.arrived: list[Arrivals] = []
        self.ingest = Ingest(self.writer, known=set(), arrived=self.arrived.append)


@asynccontextmanager
async def capturing(path: Path) -> AsyncIterator[Capture]:
    store = Store.open(path / "sigproxy.db")
    capture = Capture(store)
    task = asyncio.create_task(capture.ingest.run())
    try:
        yield capture
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        capture.writer.close()
        store.close()


@pytest.mark.parametrize("name", [*recordings.FULL_TOURS, "v1/two-tabs", "v1/err-b-500-ajs1843"])
async def test_each_signal_once_and_every_event_held(tmp_path: Path, name: str) -> None:
    async with capturing(tmp_path) as capture:
        for exchange in recordings.exchanges(name):
            await capture.ingest.uploaded(exchange)
        found = [one.message_id for one in capture.store.signals(capture.session)]
        assert found == [one["messageId"] for one in recordings.signals_on_wire(name)]
        events = list(capture.store.events(capture.session))
        assert {one.message_id for one in events} == {one["messageId"] for one in recordings.events_on_wire(name)}
        assert {one.status for one in events} == {"held"}


async def test_an_upload_is_durable_when_it_returns(tmp_path: Path) -> None:
    async with capturing(tmp_path) as capture:
        for exchange in recordings.exchanges("v2/debug"):
            await capture.ingest.uploaded(exchange)
        with sqlite3.connect(tmp_path / "sigproxy.db") as reader:
            assert reader.execute("SELECT count(*) FROM signals").fetchone() == (35,)
        reader.close()


async def test_what_could_not_be_stored_is_refused_and_taken_at_the_next_try(tmp_path: Path) -> None:
    async with capturing(tmp_path) as capture:
        (upload, *_) = [one for one in recordings.exchanges("v2/debug") if one.url.endswith("/v1/b")]
        with sqlite3.connect(tmp_path / "sigproxy.db") as breaker:
            breaker.execute("ALTER TABLE signals RENAME TO hidden")
        with pytest.raises(CaptureError, match="could not be written: no such table"):
            await capture.ingest.uploaded(upload)
        with breaker:
            breaker.execute("ALTER TABLE hidden RENAME TO signals")
        breaker.close()
        await capture.ingest.uploaded(upload)
        assert len(list(capture.store.signals(capture.session))) == len(capture.arrived[0].signals) == 4


async def test_undecodable_uploads_are_kept_as_rejects(tmp_path: Path) -> None:
    async with capturing(tmp_path) as capture:
        (upload, *_) = [one for one in recordings.exchanges("v2/debug") if one.url.endswith("/v1/b")]
        await capture.ingest.uploaded(replace(upload, request_body=b"{broken"))
        kinds = [(one.kind, one.payload.get("excerpt")) for one in capture.store.records(capture.session, 0, 10)]
        assert kinds == [("exchange", None), ("reject", "{broken")]
        with sqlite3.connect(tmp_path / "sigproxy.db") as reader:
            assert reader.execute("SELECT request_body FROM exchanges").fetchone() == (b"{broken",)
        reader.close()


async def test_a_follower_gets_history_then_live_without_gap_or_repeat(tmp_path: Path) -> None:
    async with capturing(tmp_path) as capture:
        uploads = recordings.exchanges("v2/debug")
        for exchange in uploads[:10]:
            await capture.ingest.uploaded(exchange)
        seen: list[int] = []

        async def follow() -> None:
            async for batch in capture.feed.follow(0):
                seen.extend(record.seq for record in batch)
                if sum(1 for _ in capture.store.signals(capture.session)) == 35 and seen[-1] == last():
                    return

        def last() -> int:
            return capture.store.records(capture.session, 0, 10_000)[-1].seq

        following = asyncio.create_task(follow())
        for exchange in uploads[10:]:
            await capture.ingest.uploaded(exchange)
        await asyncio.wait_for(following, 10)
        assert seen == list(range(1, last() + 1))


async def test_history_older_than_memory_comes_from_the_file(tmp_path: Path) -> None:
    async with capturing(tmp_path) as capture:
        for exchange in recordings.exchanges("v2/debug"):
            await capture.ingest.uploaded(exchange)
        cold = Feed(lambda since, limit: capture.store.records(capture.session, since, limit), recent=3)
        async for batch in cold.follow(0):
            assert batch[0].seq == 1
            break
