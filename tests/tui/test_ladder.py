"""The way to the first signal, ticked by what was observed."""

from sigproxy.tui.ladder import ladder
from sigproxy.tui.state import SessionState
from tests.tui.conftest import CLOCK
from tests.tui.fakes import Story, status


def seen(session: SessionState) -> list[bool]:
    return [bool(rung.seen) for rung in ladder(session, CLOCK)]


def test_each_step_ticks_when_traffic_proves_it() -> None:
    session = SessionState()
    assert seen(session) == [False] * 6
    session.status = status()
    assert seen(session) == [True, True, False, False, False, False]
    story = Story()
    for role, ticked in (("app", 3), ("settings", 4), ("bundle", 5), ("signals", 6)):
        story.exchange(role)
        session.apply(story.records[-1])
        assert sum(seen(session)) == ticked


def test_detection_that_ran_out_says_how_to_turn_it_on() -> None:
    session = SessionState()
    session.status = status(detection_until=1.0)
    rung = ladder(session, CLOCK)[1]
    assert not rung.seen
    assert "Press t" in rung.advice


def test_no_advice_is_too_long_for_a_narrow_screen() -> None:
    session = SessionState()
    session.status = status()
    assert all(len(rung.advice) <= 72 for rung in ladder(session, CLOCK))
