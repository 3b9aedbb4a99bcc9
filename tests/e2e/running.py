"""A real service in a process of its own, as a user starts it, and a client that sends it recorded traffic."""

import asyncio
import json
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from sigproxy.api.client import ControlClient
from sigproxy.domain.exchange import Exchange


@dataclass
class Running:
    """A service that listens."""

    process: asyncio.subprocess.Process
    proxy: str
    ca: str
    session: str
    home: Path

    def kill(self) -> None:
        """Send SIGKILL."""
        self.process.kill()

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[aiohttp.ClientSession]:
        """A client that trusts the proxy's authority."""
        trust = ssl.create_default_context(cafile=self.ca)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust), proxy=f"http://{self.proxy}") as session:
            yield session

    async def replay(self, exchanges: Sequence[Exchange]) -> list[int]:
        """Send the uploads among recorded exchanges, one after the other; return the statuses."""
        async with self.browser() as browser:
            return [await send(browser, exchange) for exchange in exchanges if exchange.method == "POST"]


async def send(browser: aiohttp.ClientSession, exchange: Exchange) -> int:
    """Send one recorded request."""
    skipped = {"content-length", "accept-encoding", "host"}
    headers = {name: value for name, value in exchange.request_headers if name.lower() not in skipped}
    async with browser.request(exchange.method, exchange.url, data=exchange.request_body, headers=headers) as answer:
        await answer.read()
        return answer.status


@asynccontextmanager
async def running(home: Path, *arguments: str) -> AsyncIterator[Running]:
    """Start `sigproxy run --headless --port 0 --json ARGUMENTS` and stop it at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sigproxy", "run", "--headless", "--port", "0", "--json", *arguments),
        stdout=subprocess.PIPE,
        env=os.environ | {"SIGPROXY_HOME": str(home)},
    )
    assert process.stdout
    try:
        line = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        yield Running(process, line["proxy"], line["ca"], line["session"], home)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), 30)


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a sigproxy command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "sigproxy", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"SIGPROXY_HOME": str(home)},
    )


def rows(home: Path, what: str, *arguments: str) -> list[dict[str, Any]]:
    """Run `sigproxy signals|events --json` and read its lines."""
    done = command(home, what, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


async def wait_for_record(home: Path, kind: str, wanted: Any = lambda payload: True) -> dict[str, Any]:
    """Follow the feed from its beginning until a record fits; return its payload."""
    async with asyncio.timeout(30), ControlClient.connect(home) as client:
        async for batch in client.follow(0):
            for record in batch:
                if record.kind == kind and wanted(record.payload):
                    return record.payload
    raise AssertionError("the feed ended")
