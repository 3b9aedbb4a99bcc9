from dataclasses import replace
from typing import Any

import pytest

from sigproxy.domain.book import EventBook
from sigproxy.domain.event import AppEvent, Prediction, PredictionSource, predict, read_event

CURRENT = PredictionSource("s2", "2026-11-20T10:00:00.000Z", 1795255200000, "anon")


def foretell(name: str = "Product Added", **properties: Any) -> Prediction:
    return predict(method="track", args=[name, properties], rule="Rule", causes=("s1", "s2"), current=CURRENT, nth=0)


def sent(message_id: str = "m1", *, after_ms: int = 20, name: str = "Product Added", by_rule: bool = True) -> AppEvent:
    message = {
        "type": "track",
        "event": name,
        "messageId": message_id,
        "anonymousId": "anon",
        "properties": {"price": 1},
        "context": {"__eventOrigin": {"type": "Signal"}} if by_rule else {},
        "writeKey": "1234567890",
    }
    return replace(read_event(message, "x"), at_ms=CURRENT.at_ms + after_ms if CURRENT.at_ms else None)


def test_a_prediction_meets_the_event_that_arrived_before_its_signals() -> None:
    book = EventBook()
    assert not book.add_app([("e1", sent(), "held")])
    changes = book.add_predictions([foretell(price=1)])
    (row,) = changes.rows
    assert (row.id, row.status, row.confirmed, row.rule, row.causes) == ("e1", "held", True, "Rule", ("s1", "s2"))


def test_an_event_meets_the_prediction_that_waited() -> None:
    book = EventBook()
    prediction = foretell(price=1)
    (waiting,) = book.add_predictions([prediction]).rows
    changes = book.add_app([("e1", sent(), "sent")])
    assert (waiting.status, [gone.id for gone in changes.gone]) == ("predicted", [prediction.id])
    assert [(row.id, row.status) for row in changes.rows] == [("e1", "confirmed")]


@pytest.mark.parametrize(
    "event",
    [
        sent(by_rule=False),
        sent(name="Other"),
        sent(after_ms=60_000),
        sent(after_ms=-5_000),
        replace(sent(), anonymous_id="somebody else"),
    ],
)
def test_what_does_not_fit_stays_apart(event: AppEvent) -> None:
    book = EventBook()
    book.add_predictions([foretell()])
    assert not book.add_app([("e1", event, "held")])


def test_two_alike_are_paired_one_to_one_the_nearest_content_first() -> None:
    book = EventBook()
    book.add_app([("e1", sent("m1"), "held"), ("e2", replace(sent("m2"), payload={"properties": {"price": 2}}), "held")])
    changes = book.add_predictions([foretell(price=2)])
    assert [row.id for row in changes.rows] == ["e2"]


def test_an_event_goes_to_its_own_prediction_though_an_older_one_alike_was_waiting() -> None:
    book = EventBook()
    old = foretell(price=1)
    new = replace(old, key="new", causes=("s3", "s4"), at_ms=(old.at_ms or 0) + 3_000)
    book.add_predictions([old])
    (early,) = book.add_app([("e1", sent(after_ms=3_020), "held")]).rows
    assert early.confirmed, "until its signals come, the older prediction is the best there is"
    changes = book.add_predictions([new])
    assert {row.id: (row.status, row.causes) for row in changes.rows} == {
        "e1": ("held", ("s3", "s4")),
        old.id: ("predicted", ("s1", "s2")),
    }
    _, difference = book.replace_predictions([old, new])
    assert (difference.before, difference.after, difference.changed) == (2, 2, ())
    assert [row.id for row in book.act(["e1"], "drop").rows if row.confirmed] == ["e1"]


def test_another_verdict_tells_what_came_what_went_and_what_changed() -> None:
    book = EventBook()
    old, other = foretell(price=1), replace(foretell(), key="other", name="Other")
    book.add_predictions([old, other])
    changed, new = foretell(price=2), replace(foretell(), key="new")
    changes, difference = book.replace_predictions([changed, new])
    assert (difference.before, difference.after) == (2, 2)
    assert [ref.id for ref in difference.gained] == ["pnew"]
    assert [ref.id for ref in difference.lost] == ["pother"]
    assert [ref.id for ref in difference.changed] == [changed.id]
    assert {row.id for row in changes.rows} == {changed.id, "pnew"}
    assert [gone.id for gone in changes.gone] == ["pother"]


def test_an_event_whose_rule_was_renamed_stands_alone_again() -> None:
    book = EventBook()
    book.add_app([("e1", sent(), "held")])
    book.add_predictions([foretell(price=1)])
    changes, _ = book.replace_predictions([foretell("Product Chosen", price=1)])
    assert {row.id: (row.status, row.rule) for row in changes.rows} == {
        "e1": ("held", None),
        foretell().id: ("predicted", "Rule"),
    }


def test_hold_queue() -> None:
    book = EventBook()
    book.add_app([("e1", sent("m1"), "held"), ("e2", sent("m2"), "held")])
    assert book.held() == ("e1", "e2")
    assert [row.status for row in book.act(["e1"], "release").rows] == ["released"]
    assert [(row.status, row.reason) for row in book.act(["e1"], "fail", "no network").rows] == [("failed", "no network")]
    assert [row.status for row in book.act(["e1"], "release").rows] == ["released"]
    assert [row.status for row in book.act(["e1"], "deliver").rows] == ["delivered"]
    assert [row.status for row in book.act(["e2"], "drop").rows] == ["dropped"]
    assert [row.status for row in book.act(["e2"], "restore").rows] == ["held"]


@pytest.mark.parametrize(
    ("ids", "why"),
    [
        (["e1", "e2"], "Event e2 (Product Added) has been delivered."),
        ([foretell("Else").id], "was only foretold; the app has not sent it."),
        (["e9"], "Event e9 isn't in this session."),
    ],
)
def test_refusals_name_the_event_and_move_nothing(ids: list[str], why: str) -> None:
    book = EventBook()
    book.add_predictions([foretell("Else")])
    book.add_app([("e1", sent("m1"), "held"), ("e2", sent("m2"), "delivered")])
    with pytest.raises(ValueError, match=why.replace("(", r"\(").replace(")", r"\)")):
        book.act(ids, "release")
    assert book.held() == ("e1",)


def test_write_keys_are_shown_masked() -> None:
    book = EventBook()
    book.add_app([("e1", sent(), "held")])
    (row,) = book.act(["e1"], "drop").rows
    assert row.payload["writeKey"] == "1234…"


@pytest.mark.parametrize(
    ("args", "payload"),
    [
        (
            ["Shop", "Home", {"a": 1}],
            {"category": "Shop", "name": "Home", "properties": {"a": 1, "category": "Shop", "name": "Home"}},
        ),
        (["Home"], {"name": "Home", "properties": {"name": "Home"}}),
        ([None, None, {"a": 1}, {"c": 2}], {"properties": {"a": 1}, "context": {"c": 2}}),
        ([], {"properties": {}}),
    ],
)
def test_page_arguments_are_read_as_analytics_next_reads_them(args: list[Any], payload: dict[str, Any]) -> None:
    made = predict(method="page", args=args, rule=None, causes=(), current=CURRENT, nth=0)
    assert made.payload == {"type": "page"} | payload
    assert made.causes == ("s2",)
