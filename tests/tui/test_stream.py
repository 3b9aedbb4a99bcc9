"""The window that filters leave on the stream."""

from hypothesis import given
from hypothesis import strategies as st

from sigproxy.tui.state import SessionState
from sigproxy.tui.stream import StreamWindow
from tests.tui.fakes import Story, shop_visit


def shop() -> SessionState:
    session = SessionState()
    for record in shop_visit().records:
        session.apply(record)
    return session


def test_shows_everything_until_told_otherwise() -> None:
    session = shop()
    window = StreamWindow(session)
    assert window.catch_up() == 36
    assert window.catch_up() == 0
    assert window.rows == session.stream


def test_a_hidden_type_is_left_out_and_comes_back() -> None:
    window = StreamWindow(shop())
    window.toggle("interaction")
    assert {row.kind for row in window.rows} == {"navigation", "network", "instrumentation", "userDefined", "reject"}
    window.toggle("interaction")
    assert len(window.rows) == 36


def test_search_looks_into_the_data_whatever_the_case() -> None:
    window = StreamWindow(shop())
    window.search("RED shoes")
    assert [row.label for row in window.rows] == ["Network response", "Network response"]


def test_a_row_is_found_by_its_number_or_the_next_one_that_shows() -> None:
    session = shop()
    window = StreamWindow(session)
    window.catch_up()
    first = session.stream[0]
    window.toggle(first.kind)
    place = window.index_of(first.seq)
    assert place is not None
    assert window.rows[place].seq > first.seq
    assert window.index_of(10_000) is None


def test_page_keeps_the_hash() -> None:
    assert any(row.page.endswith("/#/about") for row in shop().stream)


@given(st.lists(st.sampled_from(["push", "interaction", "network", "buy", ""]), max_size=40), st.integers(2, 8))
def test_the_window_is_always_what_a_fresh_look_would_give(steps: list[str], keep: int) -> None:
    """Rows taken in one by one, filters changed and old rows let go lead to the same window as starting over."""
    session, story = SessionState(keep=keep), Story()
    window = StreamWindow(session)
    for number, step in enumerate(steps):
        if step == "push":
            story.click("Buy" if number % 2 else "Look")
            session.apply(story.records[-1])
        elif step in ("interaction", "network"):
            window.toggle(step)
        else:
            window.search(step)
        window.catch_up()
        shown = [row for row in session.stream if row.kind not in window.hidden and window.text in row.haystack]
        assert window.rows == shown
