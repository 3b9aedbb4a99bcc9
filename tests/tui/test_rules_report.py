"""The rules folder in words."""

from sigproxy.domain.records import EventRef, Judged
from sigproxy.tui.rules_report import NAMED, refusal, verdict
from tests.tui.fakes import RULES, RULES_ERROR, Story


def test_a_refusal_points_at_the_place_and_says_what_stays() -> None:
    place, excerpt, caret, why, kept = refusal(RULES_ERROR, Story().rules(*RULES)).plain.splitlines()
    assert place == "checkout/order_completed.yaml:12:24"
    assert excerpt[caret.index("^")] == excerpt[len("12 │ ") + 23]
    assert why.startswith("Unknown operator")
    assert kept == "The rules before (version 7) stay in force."


def test_a_refusal_without_a_place_names_the_file_alone() -> None:
    error = RULES_ERROR.model_copy(update={"line": None, "column": None, "excerpt": ""})
    lines = refusal(error, None).plain.splitlines()
    assert lines == [error.file, error.why, "No rules are in force."]


def test_a_verdict_names_what_changed_and_counts_the_rest() -> None:
    refs = tuple(EventRef(id=f"p{n}", type="track", name=f"Event {n}", rule="R") for n in range(NAMED + 3))
    judged = Judged(version=1, signals=9, before=0, after=len(refs), gained=refs, lost=(), changed=(), ms=5)
    lines = verdict(judged).plain.splitlines()
    assert lines[1] == "+ track Event 0  R"
    assert lines[-1] == "+ 3 more gained"


def test_a_verdict_without_changes_says_so() -> None:
    judged = Judged(version=1, signals=9, before=2, after=2, gained=(), lost=(), changed=(), ms=5)
    assert verdict(judged).plain.splitlines()[-1] == "The same events as before."
