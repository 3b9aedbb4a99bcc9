"""Which prediction foretold which event: by content and the times inside, never by arrival.

An event reaches the tracking API about two seconds before the signals that caused it.
"""

from collections import defaultdict
from collections.abc import Iterable

from sigproxy.domain.event import AppEvent, Prediction
from sigproxy.domain.signal import mapping

EARLIEST_MS = -1_000
LATEST_MS = 5_000
"""How far an event's timestamp may lie from that of the signal that completed it: the page runs the rule within
milliseconds, but a busy one may take seconds."""

type Kind = tuple[str, str, str | None]
"""Type, name, anonymousId."""


def pair(predictions: Iterable[Prediction], events: Iterable[AppEvent]) -> dict[str, str]:
    """Match predictions with the rule-made events that the app sent, one to one.

    Returns:
        Prediction key → messageId of its event. Equal properties are matched first, then what is nearest in time: an older
        prediction that the app never sent must not take the event of a newer one.
    """
    candidates: dict[Kind, list[AppEvent]] = defaultdict(list)
    for event in events:
        if event.origin == "rule":
            candidates[event.type, event.name, event.anonymous_id].append(event)
    fitting = sorted(
        (distance, prediction.key, event.message_id)
        for prediction in predictions
        for event in candidates.get(kind_of(prediction), ())
        if (distance := _distance(prediction, event)) is not None
    )
    paired: dict[str, str] = {}
    taken: set[str] = set()
    for _, key, message_id in fitting:
        if key not in paired and message_id not in taken:
            paired[key] = message_id
            taken.add(message_id)
    return paired


def kind_of(prediction: Prediction) -> Kind:
    """Return what an event must share with its prediction."""
    return (prediction.type, prediction.name, prediction.anonymous_id)


def _distance(prediction: Prediction, event: AppEvent) -> tuple[bool, int] | None:
    apart = 0 if prediction.at_ms is None or event.at_ms is None else event.at_ms - prediction.at_ms
    if not EARLIEST_MS <= apart <= LATEST_MS:
        return None
    return (not _same_content(prediction, event), abs(apart))


def _same_content(prediction: Prediction, event: AppEvent) -> bool:
    """Whether the event carries what was foretold; analytics.js adds fields of its own to page properties."""
    return all(
        mapping(event.payload.get(part)).get(key) == value
        for part in ("properties", "traits")
        for key, value in mapping(prediction.payload.get(part)).items()
    )
