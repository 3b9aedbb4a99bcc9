from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigproxy.domain.signal import epoch_ms, label, masked_paths, read_signal, summary
from sigproxy.domain.upload import decode
from tests import recordings


def signal(kind: str, **data: Any) -> Any:
    return read_signal({"properties": {"type": kind, "data": data}}, "m")


@pytest.mark.parametrize("name", recordings.FULL_TOURS)
def test_labels_are_event_builders_words(name: str) -> None:
    labels = Counter(label(one) for exchange in recordings.exchanges(name) for one in decode(exchange).signals)
    assert labels == {
        "Button click": 11,
        "Input change": 7,
        "Network request": 6,
        "Network response": 5,
        "Instrumentation": 2,
        "Page load": 1,
        "Page navigation": 1,
        "Form submit": 1,
        "User defined": 1,
    }


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (signal("interaction", eventType="click", target={"textContent": " Add\n to  Cart "}), '"Add to Cart"'),
        (signal("interaction", eventType="submit", target={"tagName": "FORM", "id": "login"}), "form#login"),
        (signal("interaction", target={"component": "Button", "title": "Buy"}), '"Buy"'),
        (
            signal("network", action="response", status=201, method="POST", url="http://s/api/cart?x=1"),
            "201 POST /api/cart",
        ),
        (signal("navigation", currentScreen="Cart"), "Cart"),
        (signal("navigation", action="urlChange", url="http://s/a#/b"), "/a#/b"),
        (signal("instrumentation", rawEvent={"type": "track", "event": "Signed Up"}), "track Signed Up"),
        (signal("localData", action="loaded", identifier="Favorites"), "loaded Favorites"),
        (signal("brandNew", a=1), "a: 1"),
    ],
)
def test_summaries(given: Any, line: str) -> None:
    assert summary(given) == line


@given(st.text(min_size=1), st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text())))
def test_any_signal_has_a_label_and_a_summary(kind: str, data: dict[str, Any]) -> None:
    one = signal(kind, **{})
    one.raw["data"] = data
    assert label(one)
    assert "\n" not in summary(one)


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("XXX", True),
        ("XXXX XX", True),
        ("XX@XX.9", True),
        ("XL", False),
        ("999", False),
        ("Xylophone", False),
        (999, True),
        (9, False),
        (True, False),
    ],
)
def test_masks_are_recognised(value: Any, masked: bool) -> None:
    assert masked_paths({"target": {"value": value}}) == (("target.value",) if masked else ())


def test_redacted_uploads_show_their_masks() -> None:
    found = [masked_paths(one.data) for exchange in recordings.exchanges("v2/redacted") for one in decode(exchange).signals]
    assert any(found)
    open_values = [masked_paths(one.data) for exchange in recordings.exchanges("v2/debug") for one in decode(exchange).signals]
    assert not any(open_values)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:01.500Z", 1500),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:00", 0),
        ("soon", None),
        ("", None),
    ],
)
def test_times(text: str, ms: int | None) -> None:
    assert epoch_ms(text) == ms
