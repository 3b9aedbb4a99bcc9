"""The session's events: what the app sent, what the rules foretell, and how the two meet.

Every method answers with the rows it changed, so that the caller can store and publish exactly those.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sigproxy.domain.event import AppEvent, Prediction, app_row, predicted_row
from sigproxy.domain.holding import Action, transition
from sigproxy.domain.pairing import kind_of, pair
from sigproxy.domain.records import EventRef, EventRow, EventStatus


@dataclass(slots=True)
class Changes:
    """Rows to store and publish."""

    rows: list[EventRow] = field(default_factory=list)
    gone: list[EventRef] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.rows or self.gone)


@dataclass(slots=True)
class Difference:
    """What another rule set makes of the same session."""

    before: int
    after: int
    gained: tuple[EventRef, ...]
    lost: tuple[EventRef, ...]
    changed: tuple[EventRef, ...]


@dataclass(slots=True)
class _Held:
    """An app's event with what may change about it."""

    row_id: str
    event: AppEvent
    status: EventStatus
    reason: str | None = None
    prediction: Prediction | None = None


class EventBook:
    """Owns the join of app events and predictions."""

    def __init__(self) -> None:
        self._app: dict[str, _Held] = {}
        self._ids: dict[str, str] = {}
        self._predictions: dict[str, Prediction] = {}
        self._paired: dict[str, str] = {}
        self._waiting: dict[str, Prediction] = {}
        self._lonely: dict[str, AppEvent] = {}

    def event(self, row_id: str) -> AppEvent:
        """Return the app's event behind a row; KeyError where there is none."""
        return self._app[self._ids[row_id]].event

    def fired(self) -> dict[str, int]:
        """Count the events foretold, by rule."""
        counts: dict[str, int] = {}
        for prediction in self._predictions.values():
            if prediction.rule:
                counts[prediction.rule] = counts.get(prediction.rule, 0) + 1
        return counts

    def held(self) -> tuple[str, ...]:
        """Ids of the rows that wait, in order of arrival."""
        return tuple(row_id for row_id, message_id in self._ids.items() if self._app[message_id].status == "held")

    def add_app(self, rows: Iterable[tuple[str, AppEvent, EventStatus]]) -> Changes:
        """Take in events that the app sent, given as (row id, event, status), and pair them."""
        for row_id, event, status in rows:
            self._ids[row_id] = event.message_id
            self._app[event.message_id] = _Held(row_id, event, status)
            self._lonely[event.message_id] = event
        return self._pair_new()

    def add_predictions(self, predictions: Sequence[Prediction]) -> Changes:
        """Take in predictions and pair them with what the app sent."""
        fresh = [prediction for prediction in predictions if prediction.key not in self._predictions]
        self._predictions.update((prediction.key, prediction) for prediction in fresh)
        self._waiting.update((prediction.key, prediction) for prediction in fresh)
        kinds = {kind_of(prediction) for prediction in fresh}
        # An event arrives before its signals, so an older prediction alike may have been given it meanwhile.
        contested = [key for key in self._paired if kind_of(self._predictions[key]) in kinds]
        changes = self._pair_new(contested)
        changes.rows += [predicted_row(one) for one in fresh if one.key in self._waiting]
        return changes

    def replace_predictions(self, predictions: Iterable[Prediction]) -> tuple[Changes, Difference]:
        """Take another verdict on the whole session in place of the one before."""
        before, after = self._predictions, {one.key: one for one in predictions}
        rows_before = self._rows()
        self._predictions = after
        self._paired = pair(after.values(), (held.event for held in self._app.values()))
        by_event = {message_id: after[key] for key, message_id in self._paired.items()}
        for message_id, held in self._app.items():
            held.prediction = by_event.get(message_id)
        self._waiting = {key: one for key, one in after.items() if key not in self._paired}
        self._lonely = {key: held.event for key, held in self._app.items() if held.prediction is None}
        rows_after = self._rows()
        changes = Changes(
            rows=[row for row_id, row in rows_after.items() if rows_before.get(row_id) != row],
            gone=[row.ref for row_id, row in rows_before.items() if row_id not in rows_after],
        )
        return changes, _difference(before, after)

    def act(self, row_ids: Sequence[str], action: Action, reason: str | None = None) -> Changes:
        """Move events through the hold queue, all or none.

        Raises:
            ValueError: One of them can't; the message names it and says why.
        """
        moves: list[tuple[_Held, EventStatus]] = []
        for row_id in row_ids:
            held = self._app.get(self._ids.get(row_id, ""))
            if held is None:
                foretold = row_id[1:] in self._predictions
                why = "was only foretold; the app has not sent it" if foretold else "isn't in this session"
                raise ValueError(f"Event {row_id} {why}.")
            try:
                moves.append((held, transition(held.status, action)))
            except ValueError as refusal:
                raise ValueError(f"Event {row_id} ({held.event.name or held.event.type}) {refusal}.") from None
        for held, status in moves:
            held.status, held.reason = status, reason
        return Changes(rows=[self._app_row(held) for held, _ in moves])

    def _pair_new(self, contested: Sequence[str] = ()) -> Changes:
        """Pair what waits, and anew the contested pairs (prediction keys)."""
        before = {key: self._part(key) for key in contested}
        found = pair(self._waiting.values(), self._lonely.values())
        changes = Changes()
        for key, message_id in found.items():
            del self._lonely[message_id]
            prediction, held = self._waiting.pop(key), self._app[message_id]
            self._paired[key] = message_id
            held.prediction = prediction
            if key not in before:
                changes.gone.append(prediction.ref)
            if before.get(key) != message_id:
                changes.rows.append(self._app_row(held))
        changes.rows += [predicted_row(self._waiting[key]) for key in before if key in self._waiting]
        changes.rows += [self._app_row(self._app[old]) for old in before.values() if old in self._lonely]
        return changes

    def _part(self, key: str) -> str:
        """Take a pair apart; return the event's messageId."""
        message_id = self._paired.pop(key)
        held = self._app[message_id]
        held.prediction = None
        self._waiting[key], self._lonely[message_id] = self._predictions[key], held.event
        return message_id

    def _app_row(self, held: _Held) -> EventRow:
        return app_row(held.event, row_id=held.row_id, status=held.status, prediction=held.prediction, reason=held.reason)

    def _rows(self) -> dict[str, EventRow]:
        rows = {held.row_id: self._app_row(held) for held in self._app.values()}
        rows.update((one.id, predicted_row(one)) for one in self._waiting.values())
        return rows


def _difference(before: dict[str, Prediction], after: dict[str, Prediction]) -> Difference:
    return Difference(
        before=len(before),
        after=len(after),
        gained=tuple(one.ref for key, one in after.items() if key not in before),
        lost=tuple(one.ref for key, one in before.items() if key not in after),
        changed=tuple(one.ref for key, one in after.items() if key in before and before[key].payload != one.payload),
    )
