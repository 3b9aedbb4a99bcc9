"""A row as a tree of facts: what the detail panes show, without the widgets that show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sigproxy.domain.records import EventRow, RejectRow, SignalRow
from sigproxy.tui.clock import Clock, delay
from sigproxy.tui.kinds import STATUSES, Tone, look_of
from sigproxy.tui.state import SessionState
from sigproxy.tui.stream import StreamRow

CLOSED = frozenset({"page", "context", "attributes", "integrations", "library", "userAgentData", "_metadata"})
"""Keys that start folded: long, and seldom what is looked for."""

FIRST = ("type", "event", "name", "userId", "groupId", "properties", "traits")
"""Keys of a Segment message that people look for, shown before the others."""


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go: the messageId of a signal, or the id of an event."""

    to: str
    kind: str
    """`signal` or `event`."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A node of the tree."""

    key: str
    text: str = ""
    tone: Tone = "text"
    badge: str = ""
    inside: tuple[Fact, ...] = ()
    link: Link | None = None

    @property
    def opened(self) -> bool:
        """Whether it starts unfolded."""
        return self.key not in CLOSED


def facts_of_stream_row(row: StreamRow, session: SessionState, clock: Clock) -> list[Fact]:
    """Return all that is known of a signal or a reject."""
    if isinstance(row.source, SignalRow):
        return list(_signal(row.source, row.at, session, clock))
    return list(_reject(row.source, row.at, clock))


def facts_of_event(event: EventRow, session: SessionState, clock: Clock) -> list[Fact]:
    """Return all that is known of an event, its causes first."""
    return list(_event(event, session, clock))


def facts_of_json(key: str, value: Any, masked: frozenset[str] = frozenset(), path: str = "") -> Fact:
    """Return a JSON value as a fact; `masked` names the paths whose values are an SDK's mask."""
    if isinstance(value, dict) and value:
        inside = tuple(
            facts_of_json(str(name), inner, masked, f"{path}.{name}" if path else str(name)) for name, inner in value.items()
        )
        return Fact(key, inside=inside)
    if isinstance(value, list) and value:
        inside = tuple(facts_of_json(str(place), inner, masked, f"{path}[{place}]") for place, inner in enumerate(value))
        return Fact(key, f"[{len(value)}]", "muted", inside=inside)
    text, tone = _literal(value)
    return Fact(key, text, tone, "masked" if path in masked else "")


def _literal(value: Any) -> tuple[str, Tone]:
    match value:
        case str():
            return f'"{value}"', "success"
        case bool():
            return str(value).lower(), "userdefined"
        case int() | float():
            return str(value), "localdata"
        case None:
            return "null", "muted"
        case dict():
            return "{}", "muted"
        case list():
            return "[]", "muted"
        case _:
            return str(value), "text"


def _signal(signal: SignalRow, at: float, session: SessionState, clock: Clock) -> Iterable[Fact]:
    for event in session.caused_by(signal.message_id):
        yield Fact("→", f"{event.name or event.type} ({event.status})", "primary", link=Link(event.id, "event"))
    yield facts_of_json("data", signal.data, frozenset(signal.masked))
    if signal.context:
        yield facts_of_json("context", signal.context)
    yield Fact("made", clock.of(signal.timestamp), "text", delay(signal.timestamp, at) or "")
    yield Fact("arrived", clock.at(at, millis=True))
    yield Fact("index", "–" if signal.index is None else str(signal.index))
    yield Fact("messageId", signal.message_id)
    yield Fact("anonymousId", signal.anonymous_id or "–")


def _reject(reject: RejectRow, at: float, clock: Clock) -> Iterable[Fact]:
    yield Fact("why", reject.reason, "error")
    yield Fact("excerpt", reject.excerpt, "muted")
    yield Fact("arrived", clock.at(at, millis=True))
    yield Fact("exchange", reject.exchange)


def _event(event: EventRow, session: SessionState, clock: Clock) -> Iterable[Fact]:
    if event.reason:
        yield Fact("why", event.reason, "error")
    yield Fact("status", event.status, STATUSES[event.status].tone, "foretold and sent" if event.confirmed else "")
    yield Fact("made by", _maker(event))
    if event.causes:
        yield Fact("causes", inside=tuple(_cause(cause, session) for cause in event.causes))
    first = {key: event.payload[key] for key in FIRST if key in event.payload}
    yield facts_of_json("payload", {**first, **event.payload})
    yield Fact("made", clock.of(event.timestamp))
    yield Fact("userId", event.user_id or "–")
    yield Fact("anonymousId", event.anonymous_id or "–")
    yield Fact("messageId", event.message_id or "–")


def _maker(event: EventRow) -> str:
    if event.rule:
        return f"rule {event.rule}"
    return "a rule in the app" if event.origin == "rule" else "the app's own code, by hand"


def _cause(message_id: str, session: SessionState) -> Fact:
    signal = session.signal(message_id)
    if signal is None:
        return Fact("·", f"signal {message_id}, not held here", "muted")
    look = look_of(signal.type)
    return Fact(look.glyph, f"{signal.label} {signal.summary}", look.tone, link=Link(message_id, "signal"))
