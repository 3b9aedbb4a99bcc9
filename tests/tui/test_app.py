"""The app around the panes: connection, modes, help, palette, themes."""

from textual.widgets import Static

from sigproxy.domain.commands import SetDetection, SetUpstream
from sigproxy.tui.actions import ACTIONS
from sigproxy.tui.app import LEFT
from sigproxy.tui.screens.help import HelpScreen, help_text
from sigproxy.tui.themes import DARK, LIGHT
from tests.tui.conftest import settled, started
from tests.tui.fakes import RULES_ERROR, FakeControl, Story, shop_visit, status


async def test_a_stopped_service_is_said_calmly_and_found_again_by_itself() -> None:
    story = shop_visit()
    control = FakeControl(story.records)
    async with started(control) as (app, pilot):
        control.stop()
        while not app.main.has_class("-stopped"):
            await pilot.pause()
        story.click("While away")
        control.records.append(story.records[-1])
        control.running = True
        await settled(pilot, control)
        assert not app.main.has_class("-stopped")
        assert app.session.signals == 36
        assert control.followed_since[-1] == story.records[-2].seq


async def test_r_reconnects_only_where_there_is_no_connection() -> None:
    story = shop_visit()
    control = FakeControl(story.records)
    async with started(control, retry=3600) as (app, pilot):
        await pilot.press("3", "home", "down", "r")
        await pilot.pause()
        assert len(control.commands) == 1
        control.stop()
        while not app.main.has_class("-stopped"):
            await pilot.pause()
        control.running = True
        await pilot.press("r")
        while app.main.has_class("-stopped"):
            await pilot.pause()
        assert len(control.commands) == 1


async def test_a_new_session_starts_an_empty_screen() -> None:
    control = FakeControl(shop_visit().records)
    async with started(control) as (app, pilot):
        control.stop()
        while not app.main.has_class("-stopped"):
            await pilot.pause()
        story = Story()
        story.click("Fresh")
        control.records, control.now, control.running = story.records, status(session="shop-2"), True
        while app.session.signals != 1:
            await pilot.pause()
        await pilot.pause()
        assert app.session.events == {}
        assert app.main.activity.stream.row_count() == 1


async def test_t_turns_detection_off_where_it_is_on_and_on_where_it_ran_out() -> None:
    for until, on in ((status().detection_until, False), (1.0, True)):
        control = FakeControl(now=status(detection_until=until))
        async with started(control) as (_, pilot):
            await pilot.press("t")
            await pilot.pause()
            assert control.commands == [SetDetection(on=on)]


async def test_m_changes_the_mode_once_confirmed() -> None:
    control = FakeControl()
    async with started(control) as (_, pilot):
        await pilot.press("m", "escape", "m", "y")
        await pilot.pause()
        assert control.commands == [SetUpstream(mode="release")]


async def test_a_refused_save_shows_where_and_why_on_every_tab() -> None:
    story = shop_visit()
    story.add("rules_rejected", RULES_ERROR)
    async with started(FakeControl(story.records)) as (app, pilot):
        assert "rules error" in str(app.main.status_line.render())
        await pilot.press("2")
        panel = app.main.rules.refusal_panel
        assert panel.display
        assert "checkout/order_completed.yaml:12:24" in str(panel.render())
        assert "stay in force" in str(panel.render())


async def test_rules_show_their_count_verdict_and_failures() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        await pilot.press("2")
        rules = app.main.rules
        assert rules.rules_list.row_count() == 5
        assert "version 7  3f9a12c7  loaded 12 s ago in 38 ms" in str(rules.loaded.render())
        assert "+ track Order Completed" in str(rules.verdict_text.render())
        assert "Wishlist Opened  TypeError" in str(rules.failures_text.render())


async def test_help_lists_every_action_with_the_keys_in_force() -> None:
    async with started(FakeControl(), keymap={"quit": "ctrl+x"}) as (app, pilot):
        await pilot.press("question_mark")
        help_screen = app.screen_stack[-1]
        assert isinstance(help_screen, HelpScreen)
        words = str(help_screen.query_one(Static).render())
        assert all(action.title in words and action.help in words for action in ACTIONS)
        assert "^x" in words or "ctrl+x" in words
        await pilot.press("escape")
        assert app.screen_stack[-1] is app.main


def test_help_fits_a_narrow_screen() -> None:
    assert max(line.cell_length for line in help_text({}).split("\n")) <= 70


def test_action_ids_are_unique() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


async def test_a_key_map_moves_an_action() -> None:
    control = FakeControl(shop_visit().records)
    async with started(control, keymap={"events.release": "x"}) as (_, pilot):
        await pilot.press("3", "home", "down", "r", "x")
        await pilot.pause()
        assert len(control.commands) == 1


async def test_the_palette_has_every_action_and_performs_them_where_they_belong() -> None:
    control = FakeControl(shop_visit().records)
    async with started(control) as (app, pilot):
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        assert {action.title for action in ACTIONS if action.scope != "list"} <= commands.keys()
        await pilot.press("ctrl+p", *"undo drop", "enter")
        while not control.commands:
            await pilot.pause()
        assert app.main.tabs.active == "events"


async def test_the_theme_changes_and_changes_back() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        await pilot.press("ctrl+t")
        assert app.theme == LIGHT.name
        await pilot.press("ctrl+t")
        assert app.theme == DARK.name


async def test_textuals_own_themes_work_too() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        app.theme = "nord"
        await pilot.pause()
        assert app.main.activity.stream.row_count() == 36


async def test_tabs_answer_to_clicks() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        await pilot.click("Tab#rules")
        await pilot.pause()
        assert app.main.panes.current == "rules-pane"
        assert app.focused is app.main.rules.rules_list


async def test_a_frame_that_falls_due_after_quitting_is_let_go() -> None:
    async with started(FakeControl(shop_visit().records)) as (app, pilot):
        await pilot.press("q")
    app._draw()


async def test_quitting_says_that_the_service_goes_on() -> None:
    async with started(FakeControl()) as (app, pilot):
        await pilot.press("q")
        assert LEFT in app._exit_renderables
