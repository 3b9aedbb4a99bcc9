"""Killing things loses nothing."""

import asyncio
import json
from pathlib import Path

import aiohttp

from sigproxy.api.client import ControlClient
from sigproxy.domain.commands import Drop
from sigproxy.domain.exchange import Exchange
from tests import recordings
from tests.e2e.running import command, rows, running, send


def copies(upload: Exchange, count: int) -> list[Exchange]:
    """Copies of an upload with messageIds of their own."""
    made = []
    for nth in range(count):
        body = json.loads(upload.request_body)
        for message in body["batch"]:
            message["messageId"] += f"-{nth}"
        made.append(
            Exchange(
                id=str(nth),
                method="POST",
                url=upload.url,
                request_headers=upload.request_headers,
                request_body=json.dumps(body).encode(),
                started=0,
            )
        )
    return made


def message_ids(upload: Exchange) -> set[str]:
    return {message["messageId"] for message in json.loads(upload.request_body)["batch"]}


async def test_sigkill_loses_no_signal_that_the_sdk_was_told_is_received(home: Path) -> None:
    (upload, *_) = [one for one in recordings.exchanges("v2/debug") if one.url.endswith("/v1/b")]
    told: set[str] = set()

    async with running(home) as service, service.browser() as browser:

        async def keep_sending(batch: list[Exchange]) -> None:
            for one in batch:
                try:
                    status = await send(browser, one)
                except aiohttp.ClientError:
                    return
                if status == 200:
                    told.update(message_ids(one))
                if len(told) > 200:
                    service.kill()

        everything = copies(upload, 400)
        await asyncio.gather(*(keep_sending(everything[start::8]) for start in range(8)))
        await service.process.wait()
        killed_in = service.session

    assert 200 < len(told) < 1600, "the kill came in the middle"
    assert told <= {row["messageId"] for row in rows(home, "signals")}

    async with running(home) as again:
        assert again.session == killed_in
        await again.replay(everything)
        found = [row["messageId"] for row in rows(home, "signals")]
        assert len(found) == len(set(found)) == 1600


async def test_a_held_event_is_still_held_after_sigkill(home: Path) -> None:
    async with running(home) as service:
        await service.replay(recordings.exchanges("v2/debug"))
        service.kill()
        await service.process.wait()
    async with running(home):
        assert sum(row["status"] == "held" for row in rows(home, "events")) == 5


async def test_a_new_start_is_a_new_session_and_resume_takes_the_held_events_up_again(home: Path) -> None:
    async with running(home) as service:
        await service.replay(recordings.exchanges("v2/debug"))
        stopped = command(home, "stop")
        assert "5 events are still held" in stopped.stderr
        assert await service.process.wait() == 0
    async with running(home) as fresh:
        assert fresh.session != service.session
        assert rows(home, "signals") == []
    async with running(home) as another:
        await another.replay(recordings.exchanges("v1/two-tabs"))
        assert len(rows(home, "signals")) == 18
    async with running(home, "--resume") as resumed:
        assert resumed.session == another.session
        async with ControlClient.connect(home) as client:
            held = [row["id"] for row in rows(home, "events") if row["status"] == "held"]
            assert len(held) == 5
            await client.command(Drop(ids=tuple(held)))
