"""A real proxy on a free port, what it captured, and real origins behind it."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from sigproxy.domain.exchange import Exchange
from sigproxy.proxy.master import build_master, running
from sigproxy.proxy.ports import ServedBundle


@dataclass
class Captured:
    """Takes what the proxy hands on."""

    uploads: list[Exchange] = field(default_factory=list)
    others: list[Exchange] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    failing: Exception | None = None

    async def uploaded(self, exchange: Exchange) -> None:
        if self.failing:
            raise self.failing
        self.uploads.append(exchange)

    async def exchanged(self, exchange: Exchange) -> None:
        self.others.append(exchange)

    def passed_through(self, host: str) -> None:
        self.passed.append(host)


@dataclass
class Directed:
    """Tells the proxy what to do."""

    detection_on: bool = True
    app_hosts: frozenset[str] = frozenset({"127.0.0.1"})
    bundle: ServedBundle = field(default_factory=lambda: ServedBundle("/* rules */ ok()", 7, "d1g35t"))
    segment_at: str | None = None
    control_api: tuple[str, int] | None = None


@dataclass
class Proxy:
    """A running proxy."""

    address: str
    ca: Path
    captured: Captured
    directed: Directed

    @asynccontextmanager
    async def client(self) -> AsyncIterator[aiohttp.ClientSession]:
        """A client that goes through it and trusts it."""
        trust = ssl.create_default_context(cafile=self.ca)
        connector = aiohttp.TCPConnector(ssl=trust)
        async with aiohttp.ClientSession(connector=connector, proxy=f"http://{self.address}") as session:
            yield session


@asynccontextmanager
async def proxying(folder: Path, *options: str) -> AsyncIterator[Proxy]:
    """Run a proxy during the block."""
    captured, directed = Captured(), Directed()
    master = build_master(
        listen_host="127.0.0.1",
        listen_port=0,
        confdir=folder / "ca",
        options=options,
        capture=captured,
        direction=directed,
    )
    async with running(master) as (host, port):
        yield Proxy(f"{host}:{port}", master.ca_path, captured, directed)


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Proxy]:
    async with proxying(tmp_path) as running_proxy:
        yield running_proxy
