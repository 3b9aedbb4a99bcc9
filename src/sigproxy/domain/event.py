"""Segment events: what an app sends, and what a rule's call on `analytics` would send.

Spec: https://segment.com/docs/connections/spec/
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sigproxy.domain.records import EventRef, EventRow, EventStatus, EventType
from sigproxy.domain.signal import epoch_ms, mapping, text

EVENT_TYPES: frozenset[str] = frozenset(get_args(EventType.__value__))


@dataclass(frozen=True, slots=True)
class AppEvent:
    """An event the app uploaded."""

    message_id: str
    type: EventType
    name: str
    timestamp: str
    at_ms: int | None
    anonymous_id: str | None
    user_id: str | None
    origin: Literal["rule", "app"]
    payload: dict[str, Any]
    """The message as sent."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """An event that a rule makes from signals, as the local engine foretells it."""

    key: str
    """The same for the same rule, signal and position, whatever the event's content: a changed event keeps it."""

    rule: str | None
    type: EventType
    name: str
    timestamp: str
    at_ms: int | None
    anonymous_id: str | None
    user_id: str | None
    causes: tuple[str, ...]
    payload: dict[str, Any]

    @property
    def id(self) -> str:
        """Its row's id."""
        return f"p{self.key}"

    @property
    def ref(self) -> EventRef:
        """Its name in a difference."""
        return EventRef(id=self.id, type=self.type, name=self.name, rule=self.rule)


def read_event(message: Mapping[str, Any], fallback_id: str, fallback_type: str | None = None) -> AppEvent:
    """Read one message of the tracking API.

    Args:
        message: The message.
        fallback_id: Stands in for a missing `messageId`.
        fallback_type: The type the upload's path names, for messages that leave it out.

    Raises:
        ValueError: Its type is none of the Spec's.
    """
    kind = message.get("type", fallback_type)
    if kind not in EVENT_TYPES:
        raise ValueError(f"a message of type {kind!r}, which is none of {', '.join(sorted(EVENT_TYPES))}")
    timestamp = text(message.get("timestamp")) or text(message.get("sentAt")) or ""
    origin = mapping(mapping(message.get("context")).get("__eventOrigin"))
    return AppEvent(
        message_id=text(message.get("messageId")) or fallback_id,
        type=kind,
        name=event_name(kind, message),
        timestamp=timestamp,
        at_ms=epoch_ms(timestamp),
        anonymous_id=text(message.get("anonymousId")),
        user_id=text(message.get("userId")),
        origin="rule" if origin.get("type") == "Signal" else "app",
        payload=dict(message),
    )


def event_name(kind: str, message: Mapping[str, Any]) -> str:
    """Give the word a person knows the event by: the event, page or screen name, or the user or group id."""
    keys = {"track": ("event",), "identify": ("userId",), "group": ("groupId",), "alias": ("userId",)}
    values = (message.get(key) for key in keys.get(kind, ("name",)))
    properties = mapping(message.get("properties"))
    found = next((value for value in values if value), None) or properties.get("name") or properties.get("title")
    return str(found) if found else ""


def payload_of_call(method: str, args: Sequence[Any]) -> dict[str, Any]:
    """Build the message that a call on `analytics` sends, its arguments read as analytics-next reads them.

    `page` and `screen` with two strings are (category, name), with one (name); `identify` may leave the id out.

    Raises:
        ValueError: The method is none of the Spec's.
    """
    if method not in EVENT_TYPES:
        raise ValueError(f"analytics.{method}() makes no event")
    words = [arg for arg in args if isinstance(arg, str)]
    objects = [arg for arg in args if isinstance(arg, dict)]
    body = objects[0] if objects else {}
    message: dict[str, Any] = {"type": method}
    match method:
        case "track":
            message |= {"event": words[0] if words else "", "properties": body}
        case "identify":
            message |= ({"userId": words[0]} if words else {}) | {"traits": body}
        case "group":
            message |= ({"groupId": words[0]} if words else {}) | {"traits": body}
        case "alias":
            message |= dict(zip(("userId", "previousId"), words, strict=False))
        case _:
            named = (
                dict(zip(("category", "name"), words, strict=False)) if len(words) > 1 else {"name": words[0]} if words else {}
            )
            message |= named | {"properties": body | named}
    if method != "alias" and len(objects) > 1:
        message["context"] = objects[1]
    return message


def predict(
    *,
    method: str,
    args: Sequence[Any],
    rule: str | None,
    causes: tuple[str, ...],
    current: "PredictionSource",
    nth: int,
) -> Prediction:
    """Turn a rule's call into a prediction.

    Args:
        method: The method called on `analytics`.
        args: Its arguments.
        rule: The rule's name, where the runtime could tell.
        causes: messageIds of the signals behind it.
        current: The signal being processed.
        nth: Position among the calls this rule made for that signal.

    Raises:
        ValueError: The method makes no event.
    """
    payload = payload_of_call(method, args)
    kind: EventType = payload["type"]
    identity = f"{rule}\0{current.message_id}\0{nth}"
    return Prediction(
        key=hashlib.sha256(identity.encode()).hexdigest()[:12],
        rule=rule,
        type=kind,
        name=event_name(kind, payload),
        timestamp=current.timestamp,
        at_ms=current.at_ms,
        anonymous_id=current.anonymous_id,
        user_id=text(payload.get("userId")),
        causes=causes or (current.message_id,),
        payload=payload,
    )


@dataclass(frozen=True, slots=True)
class PredictionSource:
    """What a prediction takes from the signal that completed it."""

    message_id: str
    timestamp: str
    at_ms: int | None
    anonymous_id: str | None


def mask_key(value: str) -> str:
    """Shorten a write key so that it can be recognised but not used."""
    return value[:4] + "…" if len(value) > 8 else "…"


def shown_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message as it may be shown: its write key masked."""
    return {key: mask_key(str(value)) if key == "writeKey" else value for key, value in payload.items()}


def app_row(event: AppEvent, *, row_id: str, status: EventStatus, prediction: Prediction | None, reason: str | None) -> EventRow:
    """Show an app's event, joined with the prediction that foretold it."""
    if status == "sent" and prediction:
        status = "confirmed"
    return EventRow(
        id=row_id,
        seq=0,
        status=status,
        origin=event.origin,
        confirmed=prediction is not None,
        type=event.type,
        name=event.name,
        rule=prediction.rule if prediction else None,
        causes=prediction.causes if prediction else (),
        timestamp=event.timestamp,
        anonymous_id=event.anonymous_id,
        user_id=event.user_id,
        message_id=event.message_id,
        payload=shown_payload(event.payload),
        reason=reason,
    )


def predicted_row(prediction: Prediction) -> EventRow:
    """Show a prediction that the app hasn't sent."""
    return EventRow(
        id=prediction.id,
        seq=0,
        status="predicted",
        origin="rule",
        confirmed=False,
        type=prediction.type,
        name=prediction.name,
        rule=prediction.rule,
        causes=prediction.causes,
        timestamp=prediction.timestamp,
        anonymous_id=prediction.anonymous_id,
        user_id=prediction.user_id,
        message_id=None,
        payload=prediction.payload,
    )
