"""Times as people read them."""

from datetime import UTC

import pytest

from sigproxy.tui.clock import Clock, delay

CLOCK = Clock(lambda: 1_000_000.0, UTC)


@pytest.mark.parametrize(
    ("ago", "words"), [(0, "just now"), (12, "12 s ago"), (61, "1 min ago"), (7_300, "2 h ago"), (200_000, "2 d ago")]
)
def test_age(ago: float, words: str) -> None:
    assert CLOCK.age(1_000_000.0 - ago) == words


@pytest.mark.parametrize(("until", "left"), [(None, None), (999_999.0, None), (1_086_352.0, "23:59:12")])
def test_countdown(until: float | None, left: str | None) -> None:
    assert CLOCK.left(until) == left


def test_time_of_day() -> None:
    assert CLOCK.of("2026-11-20T23:33:17.407Z") == "23:33:17.407"
    assert CLOCK.of("2026-11-20T23:33:17.407Z", millis=False) == "23:33:17"
    assert CLOCK.of("soon") == "--:--:--"


def test_delay_between_made_and_arrived() -> None:
    assert delay("1970-01-01T00:00:10Z", 11.9) == "+1.9 s"
    assert delay("", 11.9) is None
