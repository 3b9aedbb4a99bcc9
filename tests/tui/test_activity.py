"""Activity, driven by keys and mouse."""

import json
from collections.abc import Iterator

from textual.widgets import Input
from textual.widgets.tree import TreeNode

from sigproxy.tui.detail import Fact
from sigproxy.tui.widgets.fact_tree import FactTree
from tests.tui.conftest import settled, started
from tests.tui.fakes import FakeControl, Story, shop_visit


def clicks(count: int) -> Story:
    story = Story()
    for number in range(count):
        story.click(f"Button {number}")
    return story


async def test_the_stream_follows_its_end() -> None:
    story = clicks(100)
    control = FakeControl(story.records)
    async with started(control) as (app, pilot):
        stream = app.main.activity.stream
        assert stream.cursor == 99
        story.click("One more")
        control.push(story.records[-1])
        await settled(pilot, control)
        assert stream.cursor == 100
        assert stream.scroll_offset.y == stream.max_scroll_y
        assert app.main.activity.stream_box.border_subtitle == "following"


async def test_a_reader_is_not_moved_and_is_told_what_came() -> None:
    story = clicks(100)
    control = FakeControl(story.records)
    async with started(control) as (app, pilot):
        activity = app.main.activity
        await pilot.press("up", "up")
        before = (activity.stream.cursor, activity.stream.scroll_offset)
        for number in range(3):
            story.click(f"Late {number}")
        control.push(*story.records[-3:])
        await settled(pilot, control)
        assert (activity.stream.cursor, activity.stream.scroll_offset) == before
        assert activity.stream_box.border_subtitle == "3 new ↓"
        await pilot.press("end")
        assert activity.stream.cursor == 102
        assert activity.stream_box.border_subtitle == "following"


async def test_the_wheel_leaves_the_end_and_comes_back_to_it() -> None:
    control = FakeControl(clicks(200).records)
    async with started(control) as (app, pilot):
        stream = app.main.activity.stream
        stream.scroll_to(y=0, animate=False, immediate=True)
        await pilot.pause()
        assert not stream.following
        stream.scroll_to(y=stream.max_scroll_y, animate=False, immediate=True)
        await pilot.pause()
        assert not stream.following, "the selected row is in sight: someone may be reading it"
        await pilot.press("home")
        stream.scroll_to(y=stream.max_scroll_y, animate=False, immediate=True)
        await pilot.pause()
        assert stream.following


async def test_focus_stays_where_it_is_when_signals_arrive() -> None:
    story = clicks(3)
    control = FakeControl(story.records)
    async with started(control) as (app, pilot):
        await pilot.press("slash", "B")
        story.click("Button late")
        control.push(story.records[-1])
        await settled(pilot, control)
        assert isinstance(app.focused, Input)
        assert app.focused.value == "B"


async def test_text_filters_live_and_escape_takes_it_off() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        activity = app.main.activity
        await pilot.press("slash", *"wish")
        assert activity.stream.row_count() == 2
        assert activity.stream_box.border_title == "Signals · 2 of 36"
        await pilot.press("escape")
        assert activity.stream.row_count() == 36
        assert app.focused is activity.stream


async def test_enter_keeps_the_text_filter_and_a_takes_all_off() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        activity = app.main.activity
        await pilot.press("slash", *"err", "enter")
        assert app.focused is activity.stream
        assert 0 < activity.stream.row_count() < 36
        await pilot.press("a")
        assert activity.stream.row_count() == 36


async def test_a_type_is_switched_off_and_on_from_the_keyboard() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        activity = app.main.activity
        activity.types.focus()
        await pilot.press("space")
        assert activity.stream.row_count() == 36 - 19
        await pilot.press("right", "enter")
        assert activity.stream.row_count() == 36 - 19 - 2
        await pilot.press("left", "space")
        assert activity.stream.row_count() == 36 - 2


async def test_a_type_is_switched_by_a_click() -> None:
    async with started(FakeControl(shop_visit().records), size=(200, 60)) as (app, pilot):
        await pilot.click("#types", offset=(3, 2))
        assert app.main.activity.stream.row_count() == 36 - 11


async def test_the_cursor_stays_on_its_signal_when_filters_change() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        activity = app.main.activity
        app.main.activity.stream.select(4)
        await pilot.pause()
        selected = activity.stream.selected
        assert selected is not None
        assert selected.summary == '"Add to Cart"'
        await pilot.press("slash", *"cart", "enter")
        assert activity.stream.selected is selected


async def test_a_click_selects_and_the_detail_shows_the_data() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        await pilot.press("home")
        await pilot.click("#stream", offset=(20, 4))
        assert '"Add to Cart"' in str(app.main.activity.detail.headline.render())
        tree = app.main.activity.detail.tree_of_facts
        texts = {node.data.text for node in _nodes(tree) if node.data}
        assert '"add-sku-1"' in texts


async def test_what_was_folded_stays_folded_on_the_next_signal() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        app.main.activity.stream.select(4)
        await pilot.pause()
        tree = app.main.activity.detail.tree_of_facts
        _node(tree, "target").collapse()
        await pilot.pause()
        await pilot.press("down", "up")
        assert not _node(tree, "target").is_expanded


async def test_a_new_effect_appears_in_the_open_detail() -> None:
    story = Story()
    click = story.click("Buy")
    control = FakeControl(story.records)
    async with started(control) as (app, pilot):
        story.event("e1", "Bought", causes=(click.message_id,))
        control.push(story.records[-1])
        await settled(pilot, control)
        first = app.main.activity.detail.tree_of_facts.root.children[0].data
        assert first is not None
        assert first.text == "Bought (held)"


async def test_an_effect_leads_to_its_event_and_a_cause_back() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        app.main.activity.stream.select(4)
        await pilot.pause()
        tree = app.main.activity.detail.tree_of_facts
        tree.focus()
        await pilot.press("home", "enter")
        await pilot.pause()
        assert app.main.tabs.active == "events"
        event = app.main.events.events.selected
        assert event is not None
        assert event.rule == "Product Added"
        causes = app.main.events.detail.tree_of_facts
        causes.focus()
        causes.move_cursor(_node(causes, "causes").children[1])
        await pilot.press("enter")
        await pilot.pause()
        assert app.main.tabs.active == "activity"
        signal = app.main.activity.stream.selected
        assert signal is not None
        assert signal.label == "Network response"


async def test_a_link_to_a_filtered_signal_takes_the_filters_off() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        activity = app.main.activity
        message_id = next(iter(app.session.events.values())).causes[0]
        await pilot.press("slash", *"zz", "enter")
        assert activity.stream.row_count() == 0
        assert activity.go_to(message_id)
        selected = activity.stream.selected
        assert selected is not None
        assert selected.label == "Page load"


async def test_on_a_narrow_screen_enter_opens_the_detail_and_escape_closes_it() -> None:
    async with started(FakeControl(shop_visit().records), size=(80, 24)) as (app, pilot):
        detail = app.main.activity.detail
        assert not detail.display
        await pilot.press("up", "enter")
        assert detail.display
        stream = app.main.activity.stream
        await pilot.pause()
        assert stream.cursor is not None
        assert stream.scroll_offset.y <= stream.cursor < stream.scroll_offset.y + stream.size.height
        await pilot.press("escape")
        assert not detail.display


async def test_copy_puts_the_signal_on_the_clipboard() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        await pilot.press("home", "c")
        assert json.loads(app.clipboard)["type"] == "navigation"


async def test_the_empty_stream_teaches_and_gives_way_to_the_first_signal() -> None:
    story = Story()
    control = FakeControl()
    async with started(control) as (app, pilot):
        words = str(app.main.activity.first_steps.render())
        assert "sigproxy open URL" in words
        story.click("First")
        control.push(story.records[-1])
        await settled(pilot, control)
        assert not app.main.activity.first_steps.display
        assert app.focused is app.main.activity.stream


async def test_ten_thousand_signals_make_no_widgets() -> None:
    control = FakeControl(clicks(10_000).records)
    async with started(control) as (app, pilot):
        assert app.main.activity.stream.row_count() == 10_000
        assert len(app.main.query("*")) < 60
        await pilot.press("home")
        assert app.main.activity.stream.cursor == 0


def _nodes(tree: FactTree) -> Iterator[TreeNode[Fact]]:
    waiting = list(tree.root.children)
    while waiting:
        node = waiting.pop(0)
        waiting += node.children
        yield node


def _node(tree: FactTree, key: str) -> TreeNode[Fact]:
    return next(node for node in _nodes(tree) if node.data and node.data.key == key)
