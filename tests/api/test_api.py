"""The API over a real connection, in front of a small service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sigproxy.api.client import ControlClient
from sigproxy.api.server import make_app, serve_api
from sigproxy.api.state_file import NAME, ServiceState, read_state, write_state
from sigproxy.domain.commands import Command, Release, SetDetection
from sigproxy.domain.records import Record, ServiceStatus
from sigproxy.errors import NotRunning, Refused
from sigproxy.feed import Feed

STATUS = ServiceStatus(
    version="0",
    proxy="127.0.0.1:1",
    api="",
    ca="/ca.pem",
    session="s1",
    session_started=1.0,
    upstream="hold",
    detection_until=None,
    rules_version=1,
    rules_folder="/rules",
    engine="v8",
    decrypted=(),
    passed_through=0,
)


class SmallService:
    """Keeps records in a list and refuses to release."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.commands: list[Command] = []
        self.feed = Feed(lambda since, limit: [one for one in self.records if one.seq > since][:limit])

    def publish(self, *numbers: int) -> None:
        records = [Record(seq=seq, at=0.0, kind="reject", payload={"n": seq}) for seq in numbers]
        self.records += records
        self.feed.publish(records)

    def status(self) -> ServiceStatus:
        return STATUS

    def follow(self, since: int) -> AsyncIterator[list[Record]]:
        return self.feed.follow(since)

    async def command(self, command: Command) -> None:
        if isinstance(command, Release):
            raise Refused("Event e1 isn't held.", "Look at its status.")
        self.commands.append(command)


@asynccontextmanager
async def connected(home: Path) -> AsyncIterator[tuple[SmallService, ControlClient]]:
    service = SmallService()
    async with serve_api(service, home=home) as api:
        api.publish_state()
        async with ControlClient.connect(home) as client:
            yield service, client


async def test_history_then_live_in_order(home: Path) -> None:
    async with connected(home) as (service, client):
        service.publish(*range(1, 1201))
        seen: list[int] = []
        async for batch in client.follow(100):
            assert len(batch) <= 500
            seen += [record.seq for record in batch]
            if seen[-1] == 1200:
                service.publish(1201)
            if seen[-1] == 1201:
                break
        assert seen == list(range(101, 1202))


async def test_commands_are_accepted_or_refused_with_a_reason(home: Path) -> None:
    async with connected(home) as (service, client):
        await client.command(SetDetection(on=False))
        assert service.commands == [SetDetection(on=False)]
        with pytest.raises(Refused) as caught:
            await client.command(Release(ids=("e1",)))
        assert (caught.value.message, caught.value.hint) == ("Event e1 isn't held.", "Look at its status.")


async def test_a_follower_learns_that_the_service_has_gone(home: Path) -> None:
    with pytest.raises(NotRunning):
        async with asyncio.timeout(20):
            async with serve_api(service := SmallService(), home=home) as api:
                api.publish_state()
                service.publish(1)
                connection = ControlClient.connect(home)
                client = await connection.__aenter__()
                feed = client.follow(0)
                assert [record.seq for record in await anext(feed)] == [1]
            try:
                await anext(feed)
            finally:
                await connection.__aexit__(None, None, None)


ROUTES = [("GET", "/v1/status"), ("GET", "/v1/feed"), ("POST", "/v1/commands")]


def test_there_is_no_route_that_the_next_test_does_not_know() -> None:
    routes = make_app(SmallService(), "t").router.routes()
    assert {(one.method, one.resource.canonical) for one in routes if one.resource and one.method != "HEAD"} == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", "/nothing")])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "TOKEN", "Host": "evil.example"}, 403),
        ({"Authorization": "TOKEN", "Origin": "http://evil.example"}, 403),
    ],
)
async def test_nobody_else_gets_in(home: Path, method: str, path: str, headers: dict[str, str], status: int) -> None:
    async with connected(home) as (service, client):
        given = {name: value.replace("TOKEN", f"Bearer {client.state.token}") for name, value in headers.items()}
        async with aiohttp.ClientSession() as session:
            async with session.request(method, client.state.api + path, headers=given) as answer:
                assert answer.status == status
        assert service.commands == []


@pytest.mark.parametrize("body", [b"", b"{}", b'{"do": "explode"}', b'{"do": "stop", "now": true}'])
async def test_what_is_no_command_is_refused(home: Path, body: bytes) -> None:
    async with connected(home) as (_, client):
        headers = {"Authorization": f"Bearer {client.state.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            async with session.post(client.state.api + "/v1/commands", data=body) as answer:
                assert answer.status == 422


def state(**changes: Any) -> ServiceState:
    known = {"pid": 1, "api": "http://127.0.0.1:9", "token": "t", "proxy": "p", "ca": "c", "session": "s", "started": 0.0}
    return ServiceState.model_validate(known | changes)


async def test_the_state_file_is_the_owners_alone_and_gone_afterwards(home: Path) -> None:
    async with connected(home):
        assert (home / NAME).stat().st_mode & 0o077 == 0
    assert not (home / NAME).exists()


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1}'])
async def test_a_broken_state_file_means_that_nothing_runs(home: Path, content: str) -> None:
    (home / NAME).write_text(content)
    assert read_state(home) is None
    with pytest.raises(NotRunning, match="No sigproxy service is running"):
        async with ControlClient.connect(home):
            pass


async def test_a_state_file_left_by_a_dead_service_is_seen_through(home: Path) -> None:
    write_state(home, state(pid=2**22 + 1))
    assert read_state(home) is None
    write_state(home, state())
    with pytest.raises(NotRunning):
        async with ControlClient.connect(home):
            pass


async def test_a_client_finds_a_restarted_service_again(home: Path) -> None:
    async with serve_api(SmallService(), home=home) as api:
        api.publish_state()
        connection = ControlClient.connect(home)
        client = await connection.__aenter__()
    with pytest.raises(NotRunning):
        await client.status()
    async with serve_api(SmallService(), home=home) as api:
        api.publish_state()
        assert (await client.status()).session == "s1"
    await connection.__aexit__(None, None, None)
