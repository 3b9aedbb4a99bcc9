"""The session, record by record, without a terminal."""

from sigproxy.domain.records import EventRef, RuleFailure
from sigproxy.tui.state import FAILURES, KEEP, SessionState
from tests.tui.fakes import RULES, RULES_ERROR, Story, shop_visit, status


def told(story: Story, keep: int = KEEP) -> SessionState:
    session = SessionState(keep=keep)
    for record in story.records:
        session.apply(record)
    return session


def test_counts_signals_by_type_and_rejects_apart() -> None:
    session = told(shop_visit())
    assert dict(session.counts) == {
        "interaction": 19,
        "navigation": 2,
        "network": 11,
        "instrumentation": 2,
        "userDefined": 1,
        "reject": 1,
    }
    assert session.signals == 35
    assert len(session.stream) == 36


def test_a_record_seen_before_changes_nothing() -> None:
    story = shop_visit()
    session = told(story)
    assert not any(session.apply(record) for record in story.records)
    assert session.signals == 35


def test_events_keep_their_place_when_they_change() -> None:
    story = Story()
    story.event("e1", "First")
    story.event("e2", "Second")
    story.event("e1", "First", status="delivered")
    session = told(story)
    assert [(event.id, event.status) for event in session.events.values()] == [("e1", "delivered"), ("e2", "held")]


def test_an_event_is_found_from_the_signal_that_caused_it_until_it_is_gone() -> None:
    story = Story()
    click = story.click("Buy")
    story.event("p1", "Bought", status="predicted", causes=(click.message_id,))
    session = told(story)
    assert [event.name for event in session.caused_by(click.message_id)] == ["Bought"]
    session.apply(story.add("event_gone", EventRef(id="p1", type="track", name="Bought", rule="Bought")))
    assert session.caused_by(click.message_id) == []
    assert session.events == {}


def test_the_event_dropped_last_is_the_one_that_changed_last() -> None:
    story = Story()
    story.event("e1", "First")
    story.event("e2", "Second", status="dropped")
    story.event("e1", "First", status="dropped")
    dropped = told(story).last_dropped()
    assert dropped is not None
    assert dropped.id == "e1"


def test_the_tally_counts_confirmed_beside_the_status() -> None:
    counts = told(shop_visit()).tally()
    assert (counts["held"], counts["confirmed"], counts["predicted"], counts["dropped"]) == (3, 3, 1, 1)


def test_a_refused_save_leaves_the_rules_and_an_accepted_one_clears_the_error() -> None:
    story = Story()
    rules = story.rules(*RULES)
    story.add("rules_rejected", RULES_ERROR)
    session = told(story)
    assert session.rules == rules
    assert session.rules_error == RULES_ERROR
    accepted = rules.model_copy(update={"version": 8})
    session.apply(story.add("rules", accepted))
    assert session.rules == accepted
    assert session.rules_error is None


def test_status_and_failures_are_taken_in_and_failures_are_bounded() -> None:
    story = Story()
    story.add("status", status(upstream="release"))
    for number in range(FAILURES + 5):
        story.add("rule_failed", RuleFailure(rule=f"r{number}", why="threw", signal=None))
    session = told(story)
    assert session.status is not None
    assert session.status.upstream == "release"
    assert len(session.failures) == FAILURES
    assert session.failures[-1].rule == f"r{FAILURES + 4}"


def test_old_rows_are_let_go_but_stay_counted() -> None:
    story = Story()
    first = story.click("0")
    for number in range(1, 12):
        story.click(str(number))
    session = told(story, keep=10)
    assert len(session.stream) + session.forgotten == 12
    assert session.forgotten > 0
    assert session.counts["interaction"] == 12
    assert session.signal(first.message_id) is None
