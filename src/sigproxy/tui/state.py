"""The session as the feed tells it: every record applied in order, nothing drawn, nothing asked."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from sigproxy.domain.records import (
    EventRow,
    ExchangeRow,
    Judged,
    Record,
    RecordKind,
    RejectRow,
    RuleFailure,
    RulesError,
    RulesState,
    ServiceStatus,
    SignalRow,
)
from sigproxy.tui.kinds import REJECT
from sigproxy.tui.stream import StreamRow

KEEP = 50_000
"""Rows of the stream held in memory. Older ones stay in the service's store."""

FORGET = 5_000
"""Rows let go at once when there are too many, so that forgetting is rare."""

FAILURES = 200
"""Rule failures held; a rule that throws on every signal must not fill the memory."""


@dataclass(slots=True)
class SessionState:
    """What is known of one session. `apply` is the only way in, `restart` the way to the next one."""

    keep: int = KEEP
    seq: int = 0
    """The last record applied; a record at or before it is old news and changes nothing."""

    stream: list[StreamRow] = field(default_factory=list)
    """Signals and rejects in order of arrival, at most `keep`."""

    forgotten: int = 0
    """How many rows were let go from the start of `stream`."""

    counts: Counter[str] = field(default_factory=Counter)
    """Signals by type and rejects under `kinds.REJECT`, the forgotten ones included."""

    exchanges: Counter[str] = field(default_factory=Counter)
    """Exchanges by role: what the app has asked for so far."""

    events: dict[str, EventRow] = field(default_factory=dict)
    """By id, in order of first appearance."""

    rules: RulesState | None = None
    rules_error: RulesError | None = None
    """Why the latest save was refused; None once a set is accepted."""

    judged: Judged | None = None
    failures: list[RuleFailure] = field(default_factory=list)
    status: ServiceStatus | None = None
    _signals: dict[str, SignalRow] = field(default_factory=dict)
    _caused: dict[str, set[str]] = field(default_factory=dict)

    @property
    def signals(self) -> int:
        """How many signals have been seen."""
        return sum(count for kind, count in self.counts.items() if kind != REJECT)

    def apply(self, record: Record) -> bool:
        """Take in one record; False where it was known already."""
        if record.seq <= self.seq:
            return False
        self.seq = record.seq
        _APPLY[record.kind](self, record)
        return True

    def restart(self) -> None:
        """Forget everything: another session begins."""
        fresh = SessionState(keep=self.keep)
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def signal(self, message_id: str) -> SignalRow | None:
        """Return the signal of that messageId, where it is still held."""
        return self._signals.get(message_id)

    def caused_by(self, message_id: str) -> list[EventRow]:
        """Return the events that signal is a cause of, oldest first."""
        return [self.events[event] for event in sorted(self._caused.get(message_id, ()), key=self._seq_of)]

    def held(self) -> list[EventRow]:
        """Return the events that wait for a decision, oldest first."""
        return [event for event in self.events.values() if event.status == "held"]

    def last_dropped(self) -> EventRow | None:
        """Return the event dropped most recently, by whichever client."""
        dropped = (event for event in self.events.values() if event.status == "dropped")
        return max(dropped, key=lambda event: event.seq, default=None)

    def tally(self) -> Counter[str]:
        """Count the events by status; `confirmed` counts all that were both foretold and sent."""
        counts: Counter[str] = Counter(event.status for event in self.events.values())
        counts["confirmed"] = sum(event.confirmed for event in self.events.values())
        return counts

    def _seq_of(self, event_id: str) -> int:
        return self.events[event_id].seq

    def _on_status(self, record: Record) -> None:
        self.status = ServiceStatus.model_validate(record.payload)

    def _on_exchange(self, record: Record) -> None:
        self.exchanges[ExchangeRow.model_validate(record.payload).role] += 1

    def _on_signal(self, record: Record) -> None:
        row = SignalRow.model_validate(record.payload)
        self._signals[row.message_id] = row
        self._append(StreamRow.of_signal(row, record.at))

    def _on_reject(self, record: Record) -> None:
        self._append(StreamRow.of_reject(RejectRow.model_validate(record.payload), record.at))

    def _append(self, row: StreamRow) -> None:
        self.counts[row.kind] += 1
        self.stream.append(row)
        if len(self.stream) > self.keep:
            self._forget(min(FORGET, len(self.stream) // 2))

    def _forget(self, count: int) -> None:
        for row in self.stream[:count]:
            if isinstance(row.source, SignalRow):
                self._signals.pop(row.source.message_id, None)
        del self.stream[:count]
        self.forgotten += count

    def _on_event(self, record: Record) -> None:
        row = EventRow.model_validate(record.payload)
        self._unlink(row.id)
        self.events[row.id] = row
        for cause in row.causes:
            self._caused.setdefault(cause, set()).add(row.id)

    def _on_event_gone(self, record: Record) -> None:
        event_id = str(record.payload["id"])
        self._unlink(event_id)
        self.events.pop(event_id, None)

    def _unlink(self, event_id: str) -> None:
        for effects in self._effects_of(event_id):
            effects.discard(event_id)

    def _effects_of(self, event_id: str) -> Iterator[set[str]]:
        if known := self.events.get(event_id):
            yield from (self._caused[cause] for cause in known.causes)

    def _on_rules(self, record: Record) -> None:
        self.rules = RulesState.model_validate(record.payload)
        self.rules_error = self.rules.error

    def _on_rules_rejected(self, record: Record) -> None:
        self.rules_error = RulesError.model_validate(record.payload)

    def _on_judged(self, record: Record) -> None:
        self.judged = Judged.model_validate(record.payload)

    def _on_rule_failed(self, record: Record) -> None:
        self.failures.append(RuleFailure.model_validate(record.payload))
        del self.failures[:-FAILURES]


_APPLY: Mapping[RecordKind, Callable[[SessionState, Record], None]] = {
    "status": SessionState._on_status,
    "exchange": SessionState._on_exchange,
    "signal": SessionState._on_signal,
    "event": SessionState._on_event,
    "event_gone": SessionState._on_event_gone,
    "reject": SessionState._on_reject,
    "rules": SessionState._on_rules,
    "rules_rejected": SessionState._on_rules_rejected,
    "judged": SessionState._on_judged,
    "rule_failed": SessionState._on_rule_failed,
}

EVERYTHING: frozenset[RecordKind] = frozenset(_APPLY)
"""All kinds of records: what has changed when nothing is on screen yet."""
