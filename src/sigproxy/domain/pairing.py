"""Which prediction foretold which event: by content and the times inside, never by arrival.

An event reaches the tracking API about two seconds before the signals that caused it.
"""

from collections import defaultdict
from collections.abc import Iterable

from sigproxy.domain.event import AppEvent, Prediction
from sigproxy.domain.signal import mapping

EARLIEST_MS = -1_000
LATEST_MS = 10_000
"""How far an event's timestamp may lie from that of the signal that completed it: the page runs the rule within
milliseconds, but a busy one can take seconds."""

type _Kind = tuple[str, str, str | None]


def pair(predictions: Iterable[Prediction], events: Iterable[AppEvent]) -> dict[str, str]:
    """Match predictions with the rule-made events that the app sent, one to one.

    Returns:
        Prediction key → messageId of its event. Where several fit, equal properties win, then the nearest time.
    """
    candidates: dict[_Kind, list[AppEvent]] = defaultdict(list)
    for event in events:
        if event.origin == "rule":
            candidates[event.type, event.name, event.anonymous_id].append(event)
    paired: dict[str, str] = {}
    for prediction in sorted(predictions, key=lambda one: one.at_ms or 0):
        fitting = candidates.get((prediction.type, prediction.name, prediction.anonymous_id))
        best = _best(prediction, fitting) if fitting else None
        if fitting and best:
            fitting.remove(best)
            paired[prediction.key] = best.message_id
    return paired


def _best(prediction: Prediction, events: list[AppEvent]) -> AppEvent | None:
    fitting = [(distance, event) for event in events if (distance := _distance(prediction, event)) is not None]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None


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
