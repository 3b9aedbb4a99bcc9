"""Events, and the decisions about them."""

import json

from sigproxy.domain.commands import Drop, Release, ReleaseAll, Restore
from sigproxy.domain.records import EventRef
from sigproxy.errors import Refused
from sigproxy.tui.screens.confirm import Confirm
from tests.tui.conftest import settled, started
from tests.tui.fakes import FakeControl, Story, shop_visit


async def test_release_and_drop_name_the_selected_event() -> None:
    control = FakeControl(shop_visit().records)
    async with started(control) as (_, pilot):
        await pilot.press("3", "home", "down", "r", "down", "d")
        await pilot.pause()
        assert control.commands == [Release(ids=("e1",)), Drop(ids=("e2",))]


async def test_release_all_asks_first_and_says_how_many() -> None:
    control = FakeControl(shop_visit().records)
    async with started(control) as (app, pilot):
        await pilot.press("3", "R")
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        assert control.commands == []
        await pilot.press("R", "y")
        await pilot.pause()
        assert control.commands == [ReleaseAll()]


async def test_enter_on_the_question_is_the_safe_answer() -> None:
    control = FakeControl(shop_visit().records)
    async with started(control) as (_, pilot):
        await pilot.press("3", "R", "enter")
        await pilot.pause()
        assert control.commands == []
        await pilot.press("R", "right", "enter")
        await pilot.pause()
        assert control.commands == [ReleaseAll()]


async def test_release_all_with_nothing_held_says_so() -> None:
    control = FakeControl()
    async with started(control) as (app, pilot):
        await pilot.press("3", "R")
        assert not isinstance(app.screen, Confirm)
        assert [note.message for note in app._notifications] == ["Nothing is held."]


async def test_undo_restores_the_event_dropped_last() -> None:
    control = FakeControl(shop_visit().records)
    async with started(control) as (_, pilot):
        await pilot.press("3", "u")
        await pilot.pause()
        assert control.commands == [Restore(ids=("e9",))]


async def test_a_refusal_is_shown_with_its_hint() -> None:
    control = FakeControl(shop_visit().records)
    control.refusal = Refused("e0 isn't held.", "Only held events can be released.")
    async with started(control) as (app, pilot):
        await pilot.press("3", "home", "r")
        await pilot.pause()
        (note,) = app._notifications
        assert (note.title, note.message) == ("e0 isn't held.", "Only held events can be released.")


async def test_the_cursor_stays_with_its_event_when_one_before_it_goes() -> None:
    story = shop_visit()
    control = FakeControl(story.records)
    async with started(control) as (app, pilot):
        app.main.events.events.select(5)
        await pilot.press("3")
        selected = app.main.events.events.selected
        assert selected is not None
        story.add("event_gone", EventRef(id="e0", type="page", name="Rig Shop", rule=None))
        control.push(story.records[-1])
        await settled(pilot, control)
        assert app.main.events.events.selected == selected


async def test_the_detail_follows_the_status_of_the_selected_event() -> None:
    story = Story()
    story.event("e1", "Bought")
    control = FakeControl(story.records)
    async with started(control) as (app, pilot):
        await pilot.press("3")
        story.event("e1", "Bought", status="failed", reason="Segment answered 400")
        control.push(story.records[-1])
        await settled(pilot, control)
        assert "failed" in str(app.main.events.detail.headline.render())
        first = app.main.events.detail.tree_of_facts.root.children[0].data
        assert first is not None
        assert first.text == "Segment answered 400"


async def test_the_tally_heads_the_list() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        await pilot.press("3")
        words = str(app.main.events.tally.render())
        assert words.startswith("predicted 1  ·  confirmed 3  ·  held 3")
        assert words.endswith("failed 1  ·  dropped 1")


async def test_copy_puts_the_event_on_the_clipboard() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        await pilot.press("3", "home", "down", "c")
        assert json.loads(app.clipboard)["name"] == "Add to Cart"
