"""How it looks, at a small and a large terminal, dark and light. Update with `pytest tests/tui --snapshot-update`."""

from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sigproxy.tui.app import SigproxyApp
from sigproxy.tui.themes import DARK, LIGHT
from tests.tui.conftest import build, settled
from tests.tui.fakes import RULES_ERROR, FakeControl, shop_visit, status

type Compare = Callable[..., bool]

SIZES = [(80, 24), (200, 60)]
THEMES = [DARK.name, LIGHT.name]

everywhere = pytest.mark.parametrize("theme", THEMES)
at_each_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blinking cursor would make two pictures of the same thing."""
    monkeypatch.setattr(Input, "cursor_blink", False)


def shown(control: FakeControl, theme: str, *keys: str) -> tuple[SigproxyApp, Callable[[Pilot[None]], Awaitable[None]]]:
    app = build(control)
    app.theme = theme

    async def run_before(pilot: Pilot[None]) -> None:
        await settled(pilot, control)
        app.main.activity.stream.select(4)
        app.main.events.events.select(1)
        await pilot.press(*keys)
        await pilot.pause()

    return app, run_before


@everywhere
@at_each_size
@pytest.mark.parametrize("keys", [("enter",), ("2",), ("3", "enter")], ids=["activity", "rules", "events"])
def test_pane(snap_compare: Compare, theme: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    app, run_before = shown(FakeControl(shop_visit().records), theme, *keys)
    assert snap_compare(app, terminal_size=size, run_before=run_before)


@at_each_size
def test_first_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, run_before = shown(FakeControl(now=status(detection_until=None)), DARK.name)
    assert snap_compare(app, terminal_size=size, run_before=run_before)


@at_each_size
def test_refused_rules(snap_compare: Compare, size: tuple[int, int]) -> None:
    story = shop_visit()
    story.add("rules_rejected", RULES_ERROR)
    app, run_before = shown(FakeControl(story.records), LIGHT.name, "2")
    assert snap_compare(app, terminal_size=size, run_before=run_before)


@pytest.mark.parametrize("key", ["question_mark", "m"], ids=["help", "confirm"])
def test_dialog(snap_compare: Compare, key: str) -> None:
    app, run_before = shown(FakeControl(shop_visit().records), DARK.name, key)
    assert snap_compare(app, terminal_size=(80, 24), run_before=run_before)
