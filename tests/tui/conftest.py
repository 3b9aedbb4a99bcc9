"""One way to start the app in all of these tests: a fake back end, a clock that stands still, no animation."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC

import pytest
from textual.pilot import Pilot

from sigproxy.tui.app import SigproxyApp
from sigproxy.tui.clock import Clock
from tests.tui.fakes import NOW, FakeControl


def pytest_configure(config: pytest.Config) -> None:
    """Let the snapshot plug-in write its report: it still asks for the time in a deprecated way."""
    config.addinivalue_line("filterwarnings", "ignore:datetime.datetime.utcnow:DeprecationWarning")


CLOCK = Clock(lambda: NOW, UTC)


def build(control: FakeControl, keymap: Mapping[str, str] | None = None, retry: float = 0.01) -> SigproxyApp:
    """Make an app that draws every batch at once, so that a test needs no waiting."""
    app = SigproxyApp(control, clock=CLOCK, keymap=keymap, frame=0, retry=retry)
    app.animation_level = "none"
    return app


async def settled(pilot: Pilot[None], control: FakeControl) -> None:
    """Wait until the feed is read as far as it goes and all that it led to is drawn."""
    app = pilot.app
    assert isinstance(app, SigproxyApp)
    last = control.records[-1].seq if control.records else 0
    while app.session.status is None or app.session.seq < last:
        await pilot.pause()
    await pilot.pause()


@asynccontextmanager
async def started(
    control: FakeControl,
    size: tuple[int, int] = (110, 28),
    keymap: Mapping[str, str] | None = None,
    retry: float = 0.01,
) -> AsyncIterator[tuple[SigproxyApp, Pilot[None]]]:
    """Run the app until all that the fake has is on screen."""
    app = build(control, keymap, retry)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot, control)
        yield app, pilot
