"""What the detail panes say."""

from sigproxy.tui.detail import Fact, Link, facts_of_event, facts_of_json, facts_of_stream_row
from sigproxy.tui.state import SessionState
from tests.tui.conftest import CLOCK
from tests.tui.fakes import Story


def by_key(facts: list[Fact] | tuple[Fact, ...]) -> dict[str, Fact]:
    return {fact.key: fact for fact in facts}


def test_masked_values_are_badged_wherever_they_are() -> None:
    data = {"target": {"value": "XXX"}, "items": [{"price": 999}], "plain": "ok"}
    facts = by_key(facts_of_json("data", data, frozenset({"target.value", "items[0].price"})).inside)
    assert facts["target"].inside[0].badge == "masked"
    assert facts["items"].inside[0].inside[0].badge == "masked"
    assert facts["plain"].badge == ""


def test_json_literals_read_as_json() -> None:
    values = {"s": 'a"b\nc', "n": 1.5, "t": True, "z": None, "o": {}, "l": []}
    texts = {fact.key: fact.text for fact in facts_of_json("data", values).inside}
    assert texts == {"s": '"a"b\nc"', "n": "1.5", "t": "true", "z": "null", "o": "{}", "l": "[]"}


def test_a_signal_names_the_events_it_caused_and_an_event_its_causes() -> None:
    story, session = Story(), SessionState()
    click = story.click("Buy")
    event = story.event("e1", "Bought", causes=(click.message_id, "long-gone"))
    for record in story.records:
        session.apply(record)
    effect = facts_of_stream_row(session.stream[0], session, CLOCK)[0]
    assert (effect.text, effect.link) == ("Bought (held)", Link("e1", "event"))
    causes = by_key(facts_of_event(event, session, CLOCK))["causes"].inside
    assert (causes[0].text, causes[0].link) == ('Button click "Buy"', Link(click.message_id, "signal"))
    assert causes[1].link is None
    assert "long-gone" in causes[1].text


def test_a_failed_event_says_why_first() -> None:
    event = Story().event("e1", "Bought", status="failed", reason="Segment answered 400")
    first = facts_of_event(event, SessionState(), CLOCK)[0]
    assert (first.key, first.text) == ("why", "Segment answered 400")


def test_what_people_look_for_comes_first_in_a_payload() -> None:
    payload = {"timestamp": "now", "properties": {"a": 1}, "event": "Bought", "type": "track"}
    event = Story().event("e1", "Bought", payload=payload)
    facts = by_key(facts_of_event(event, SessionState(), CLOCK))["payload"].inside
    assert [fact.key for fact in facts] == ["type", "event", "properties", "timestamp"]
