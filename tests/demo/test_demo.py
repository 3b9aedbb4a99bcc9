"""The demo as users run it, and its parts in a real browser."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page

from sigproxy.api.client import ControlClient
from sigproxy.demo.segment import Received, segment_app
from sigproxy.demo.serving import serving
from sigproxy.demo.shop import shop_app
from sigproxy.demo.visitor import BrowserVisitor, browsing
from sigproxy.domain.commands import SetDetection, WatchApp
from sigproxy.proxy.trust import spki_fingerprint
from tests.e2e.running import rows, running


def demo(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sigproxy", "demo", "--headless", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env=os.environ | environment,
    )


def assert_complete(done: subprocess.CompletedProcess[str], visitor: str) -> None:
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (summary["ok"], summary["visitor"]) == (True, visitor)
    assert {"interaction", "navigation", "network", "instrumentation"} <= summary["signals"].keys()
    assert set(summary["events"]) == {"predicted", "confirmed", "held", "released", "delivered"}
    assert all(count > 0 for count in summary["events"].values())
    assert summary["rule_change"]["before"] < summary["rule_change"]["after"]


@pytest.mark.browser
def test_the_demo_in_a_real_browser(chromium: str) -> None:
    assert_complete(demo(), "chromium")


def test_the_demo_without_a_browser_replays_a_visit_and_says_so() -> None:
    done = demo(SIGPROXY_CHROMIUM="/nowhere/chromium")
    assert_complete(done, "replay")
    assert "No Chromium was found, so a recorded visit is replayed" in done.stderr


def test_a_browser_that_does_not_start_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    done = demo(SIGPROXY_CHROMIUM=str(broken))
    assert done.returncode == 1
    assert f"{broken} doesn't start" in done.stderr
    assert "Traceback" not in done.stderr


@asynccontextmanager
async def shopping(
    home: Path, chromium: str, received: Received, *, watched: bool = True
) -> AsyncIterator[tuple[Page, ControlClient]]:
    """A browser at the door of the shop, a service between."""
    async with serving(shop_app()) as shop, serving(segment_app(received)) as segment:
        async with running(home, "--segment-at", segment) as service, ControlClient.connect(home) as client:
            await client.command(WatchApp(host="127.0.0.1"))
            await client.command(SetDetection(on=watched))
            spki = spki_fingerprint(Path(service.ca))
            async with browsing(shop, chromium=chromium, proxy=service.proxy, spki=spki, headless=True) as visitor:
                await open_shop(visitor, shop)
                yield visitor._page, client


async def open_shop(visitor: BrowserVisitor, shop: str) -> None:
    await visitor._page.goto(shop)
    await visitor._page.wait_for_selector("#add-tent")
    await visitor._page.wait_for_function("window.signalsCollector?.ready")


@pytest.mark.browser
async def test_without_detection_the_page_uploads_no_signal_but_its_rules_run(home: Path, chromium: str) -> None:
    received = Received()
    async with shopping(home, chromium, received, watched=False) as (page, _):
        assert "segment_signals_debug" not in page.url
        await page.click("#add-tent")
        await page.wait_for_function("document.getElementById('cart').children.length === 1")
        async with asyncio.timeout(20):
            while not any(row["name"] == "Product Added" for row in rows(home, "events")):
                await asyncio.sleep(0.05)
        (event,) = [row for row in rows(home, "events") if row["name"] == "Product Added"]
        assert (event["status"], event["origin"], event["rule"]) == ("held", "rule", None)
        assert event["payload"]["properties"]["price"] == 249
        assert rows(home, "signals") == []
    assert (received.events, received.signals) == ({}, {})


@pytest.mark.browser
async def test_with_detection_values_are_open_and_the_flag_is_set_once(home: Path, chromium: str) -> None:
    async with shopping(home, chromium, Received()) as (page, _):
        assert page.url.count("segment_signals_debug=true") == 1
        await page.fill("#email", "ada@example.com")
        await page.fill("#password", "secret")
        await page.click("#sign-in")
        await page.wait_for_selector("#welcome:not([hidden])")
        await page.wait_for_function("window.signalsCollector.isIdle()")
        (change, *_) = [row for row in rows(home, "signals") if row["label"] == "Input change"]
        assert change["data"]["change"] == {"value": "ada@example.com"}
        assert change["masked"] == []


@pytest.mark.browser
async def test_an_upload_with_redaction_on_is_seen_as_masked(home: Path, chromium: str) -> None:
    async with shopping(home, chromium, Received()) as (page, _):
        await page.evaluate("sessionStorage.setItem('segment_signals_debug_redaction_disabled', 'false')")
        await page.fill("#email", "ada@example.com")
        await page.press("#email", "Tab")
        await page.wait_for_function("window.signalsCollector.isIdle()")
        (change,) = [row for row in rows(home, "signals") if row["label"] == "Input change"]
        assert change["data"]["change"] == {"value": "XXX"}
        assert set(change["masked"]) == {"target.value", "change.value"}


@pytest.mark.browser
async def test_sigkill_in_the_middle_of_a_visit_loses_no_signal(home: Path, chromium: str) -> None:
    """The page makes signals all the while; after the restart it sends again what it wasn't told has arrived."""
    async with serving(shop_app()) as shop, serving(segment_app(Received())) as segment:
        arguments = ("--segment-at", segment, "--app", "127.0.0.1")
        async with running(home, *arguments) as first:
            spki, proxy = spki_fingerprint(Path(first.ca)), first.proxy
            async with browsing(shop, chromium=chromium, proxy=proxy, spki=spki, headless=True) as visitor:
                page = visitor._page
                await open_shop(visitor, shop)
                await page.evaluate(
                    "window.noise = setInterval(() => signalsCollector.addSignal({n: signalsCollector.index}), 10)"
                )
                await page.wait_for_function("signalsCollector.index > 100")
                first.kill()
                await first.process.wait()
                survived = len(rows(home, "signals"))
                made = await page.evaluate("signalsCollector.index")
                async with running(home, *arguments, "--port", proxy.rsplit(":", 1)[1]) as second:
                    assert second.session == first.session
                    await page.wait_for_function("n => signalsCollector.index > n", arg=made + 50)
                    await page.evaluate("clearInterval(window.noise)")
                    await page.wait_for_function("window.signalsCollector.isIdle()")
                    made = await page.evaluate("signalsCollector.index")
                    found = [row["index"] for row in rows(home, "signals")]
    assert 0 < survived < made
    assert sorted(found) == list(range(made))
