"""`sigproxy demo`: shop, stand-in, service and visitor put together, in a state folder of their own."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import click

from sigproxy.api.client import ControlClient
from sigproxy.api.state_file import ServiceState
from sigproxy.demo.recorded import replaying
from sigproxy.demo.segment import Received, segment_app
from sigproxy.demo.serving import serving
from sigproxy.demo.shop import shop_app
from sigproxy.demo.story import Story, Summary, Visitor
from sigproxy.demo.visitor import browsing
from sigproxy.devices.chromium import HOW_TO_GET, find_chromium, has_display
from sigproxy.errors import SigproxyError
from sigproxy.proxy.trust import spki_fingerprint

PACE_MS = 600
"""Milliseconds between the visitor's steps when somebody watches."""

START_SECONDS = 30.0

type Say = Callable[[str], None]


def run_demo(*, headless: bool, json_output: bool) -> int:
    """Run the demo and return the exit code: 0 only if every stage happened."""
    if not headless and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SigproxyError("The demo's interface needs a terminal.", "Without one, use `sigproxy demo --headless`.")
    summary = asyncio.run(_run(headless=headless, quiet=json_output))
    if summary is None:
        return 0
    if json_output:
        click.echo(json.dumps(summary.to_json()))
    if summary.failed:
        click.echo(f"sigproxy: the demo stopped: {summary.failed}.", err=True)
        return 1
    return 0


async def _run(*, headless: bool, quiet: bool) -> Summary | None:
    received = Received()
    with tempfile.TemporaryDirectory(prefix="sigproxy-demo-", ignore_cleanup_errors=True) as folder:
        home, rules = Path(folder) / "home", Path(folder) / "rules"
        home.mkdir(mode=0o700)
        shutil.copytree(shipped_rules(), rules)
        async with (
            serving(shop_app()) as shop,
            serving(segment_app(received)) as segment,
            _service(home, rules, shop, segment) as client,
        ):
            if not headless:
                return await _watched(client, shop, received, rules)

            def say(line: str) -> None:
                click.echo(line, err=quiet)

            async with _visitor(client.state, shop, watched=False, say=say) as visitor:
                return await Story(client, visitor, received, rules, say).tell()


async def _watched(client: ControlClient, shop: str, received: Received, rules: Path) -> Summary | None:
    """Tell the story inside the terminal interface; who leaves early ends it."""
    from sigproxy.tui.app import SigproxyApp

    app = SigproxyApp(client, farewell="")

    def say(line: str) -> None:
        # One at a time: what happens is to be seen behind it.
        app.clear_notifications()
        app.notify(line.strip(), title="Demo", timeout=6)

    async def tell() -> Summary:
        async with _visitor(client.state, shop, watched=True, say=say) as visitor:
            summary = await Story(client, visitor, received, rules, say).tell()
        say(f"It stopped: {summary.failed}." if summary.failed else "That was all. Look around; q leaves.")
        return summary

    telling = asyncio.create_task(tell())
    try:
        await app.run_async()
    finally:
        if not telling.done():
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
    return None if telling.cancelled() else telling.result()


@asynccontextmanager
async def _visitor(state: ServiceState, shop: str, *, watched: bool, say: Say) -> AsyncIterator[Visitor]:
    chromium = find_chromium()
    if chromium is None:
        say(f"No Chromium was found, so a recorded visit is replayed through the same proxy. {HOW_TO_GET}")
        async with replaying(proxy=state.proxy, ca=state.ca) as recorded:
            yield recorded
        return
    spki = spki_fingerprint(Path(state.ca))
    async with browsing(
        shop,
        chromium=chromium,
        proxy=state.proxy,
        spki=spki,
        headless=not (watched and has_display()),
        pace_ms=PACE_MS if watched else 0,
    ) as visitor:
        yield visitor


@asynccontextmanager
async def _service(home: Path, rules: Path, shop: str, segment: str) -> AsyncIterator[ControlClient]:
    """Run a real service of its own, as a user would start it, with the stand-in for Segment."""
    arguments = ("run", "--headless", "--port", "0", "--json", "--rules", str(rules), "--segment-at", segment)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sigproxy", *arguments, "--app", shop.split("//")[1]),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"SIGPROXY_HOME": str(home)},
    )
    assert process.stdout
    assert process.stderr
    try:
        async with asyncio.timeout(START_SECONDS):
            line = await process.stdout.readline()
        if not line:
            why = click.unstyle((await process.stderr.read()).decode(errors="replace")).strip()
            raise SigproxyError("The demo's service didn't start.", why)
        async with ControlClient.connect(home) as client:
            yield client
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def shipped_rules() -> Path:
    """Return the folder of the example rules: inside an installed package, beside the sources in a checkout."""
    inside = Path(str(files("sigproxy"))) / "rules"
    return inside if inside.is_dir() else Path(str(files("sigproxy"))).parents[1] / "rules"
