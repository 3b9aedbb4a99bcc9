"""A signal as the SDKs send it, and how it reads in one line.

Shapes: https://segment.com/docs/connections/auto-instrumentation/ and the project's notes on the wire. Two web schemas
and two mobile ones are in the wild; none is asserted, unknown fields stay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

SIGNAL_EVENT = "Segment Signal Generated"
"""The track event's name that marks a signal on the wire, whatever host it goes to."""

_MASKED_NUMBER = 999
_MASK_LETTERS = frozenset("Xx9")

_LABELS: dict[tuple[str, str | None], str] = {
    ("interaction", "click"): "Button click",
    ("interaction", "submit"): "Form submit",
    ("interaction", "change"): "Input change",
    ("interaction", None): "Interaction",
    ("network", "request"): "Network request",
    ("network", "response"): "Network response",
    ("network", None): "Network",
    ("localData", None): "Local data",
    ("instrumentation", None): "Instrumentation",
    ("userDefined", None): "User defined",
}
"""Type and `eventType` or `action` → Event Builder's words; None where there is no better."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One decoded signal; `raw` is the wire's `properties` object, untouched."""

    message_id: str
    type: str
    timestamp: str
    at_ms: int | None
    """`timestamp` as epoch milliseconds; None where it can't be read."""

    index: int | None
    anonymous_id: str | None
    raw: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """The part that depends on the type; empty where the wire's isn't an object."""
        return mapping(self.raw.get("data"))

    @property
    def page_url(self) -> str | None:
        """The page it happened on; None off the web."""
        return text(mapping(self.data.get("page")).get("url"))


def mapping(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    """Return the value if it is a string, else None."""
    return value if isinstance(value, str) else None


def read_signal(message: Mapping[str, Any], fallback_id: str) -> Signal:
    """Read a track message named `SIGNAL_EVENT`.

    Args:
        message: The upload's message; the signal is its `properties`.
        fallback_id: Stands in for a missing `messageId`.

    Raises:
        ValueError: It has no `properties` object or that has no `type`.
    """
    raw = message.get("properties")
    if not isinstance(raw, dict):
        raise ValueError("a signal without `properties`")
    kind = text(raw.get("type"))
    if not kind:
        raise ValueError("a signal without a `type`")
    timestamp = text(raw.get("timestamp")) or text(message.get("timestamp")) or ""
    index = raw.get("index")
    return Signal(
        message_id=text(message.get("messageId")) or fallback_id,
        type=kind,
        timestamp=timestamp,
        at_ms=epoch_ms(timestamp),
        index=index if isinstance(index, int) and not isinstance(index, bool) else None,
        anonymous_id=text(raw.get("anonymousId")) or text(message.get("anonymousId")),
        raw=raw,
    )


def epoch_ms(timestamp: str) -> int | None:
    """Read an ISO 8601 time as epoch milliseconds; one without a zone is UTC; None where it isn't one."""
    try:
        moment = datetime.fromisoformat(timestamp)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def label(signal: Signal) -> str:
    """Name the kind of signal as Event Builder does: `Button click`, `Network response`, `Page navigation`."""
    if signal.type == "navigation":
        return "Page load" if _is_page_load(signal.data) else "Page navigation"
    detail = text(signal.data.get("eventType" if signal.type == "interaction" else "action"))
    return _LABELS.get((signal.type, detail)) or _LABELS.get((signal.type, None), signal.type)


def _is_page_load(data: Mapping[str, Any]) -> bool:
    if "currentScreen" in data:
        return False
    return data.get("action") == "pageLoad" or not (data.get("action") or data.get("previousUrl"))


def summary(signal: Signal) -> str:
    """Say in one line what a person would look for in a list."""
    data = signal.data
    match signal.type:
        case "interaction":
            return _target(data)
        case "navigation":
            return text(data.get("currentScreen")) or _short(text(data.get("currentUrl")) or text(data.get("url")) or "")
        case "network":
            words = (data.get("status"), data.get("method"), _short(text(data.get("url")) or ""))
            return " ".join(str(word) for word in words if word not in (None, ""))
        case "instrumentation":
            event = mapping(data.get("rawEvent"))
            return f"{event.get('type', '?')} {event.get('event') or event.get('name') or ''}".strip()
        case "localData":
            return f"{data.get('action', '?')} {data.get('identifier', '')}".strip()
        case _:
            return _one_line(", ".join(f"{key}: {value}" for key, value in data.items() if key != "page"))


def _target(data: Mapping[str, Any]) -> str:
    target = mapping(data.get("target"))
    words = next(
        (word for key in ("textContent", "innerText", "title", "label") if (word := text(target.get(key)))),
        None,
    )
    if words and data.get("eventType") != "submit":
        return f'"{_one_line(words)}"'
    name = text(target.get("tagName")) or text(target.get("component")) or text(target.get("nodeName")) or "element"
    ident = text(target.get("id")) or text(target.get("name"))
    return f"{name.lower()}#{ident}" if ident else name.lower()


def _one_line(words: str, most: int = 80) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _short(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return (parts.path or url) + fragment


def masked_paths(data: Any) -> tuple[str, ...]:
    """Find the values that look like an SDK's mask.

    Web masks text as `XXX` and numbers as 999; mobile replaces letters by X and digits by 9, length kept.
    """
    return tuple(path for path, value in _leaves(data, "") if _is_masked(value))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not (path == "" and key == "page"):
                yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{position}]")
    else:
        yield path, value


def _is_masked(value: Any) -> bool:
    if isinstance(value, str):
        letters = {char for char in value if char.isalnum()}
        return len(value) >= 3 and "X" in letters and letters <= _MASK_LETTERS
    return value == _MASKED_NUMBER and not isinstance(value, bool)
