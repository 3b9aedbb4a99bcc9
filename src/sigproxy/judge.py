"""What the rules make of the signals: live ones as they arrive, and the whole session again when the rules change.

Everything passes through one queue, so a rule set is swapped between two signals and never during one.
"""

import asyncio
import contextlib
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sigproxy.domain.book import Changes, Difference, EventBook
from sigproxy.domain.bundle import Bundle
from sigproxy.domain.event import Prediction, PredictionSource, predict
from sigproxy.domain.records import Judged, RuleFailure, RulesState
from sigproxy.domain.rule import RuleSet
from sigproxy.domain.signal import Signal
from sigproxy.engine.client import Engine, EngineSignal, Evaluation, Failure
from sigproxy.errors import RulesInvalid
from sigproxy.ingest import Arrivals
from sigproxy.transaction import Transaction
from sigproxy.writer import Writer

REORDER_PAUSE = 0.3
"""Seconds without arrivals after which signals that came out of order are judged again in theirs."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule set that passed every check but the engine's."""

    rules: RuleSet
    bundle: Bundle
    folder: str


@dataclass(frozen=True, slots=True)
class _Swap:
    compiled: Compiled
    noticed: float
    done: asyncio.Future[None]


class Judge:
    """Owns the engine and the book of events."""

    def __init__(self, engine: Engine, writer: Writer, book: EventBook) -> None:
        self.book = book
        self.compiled: Compiled | None = None
        self.state: RulesState | None = None
        self._engine = engine
        self._writer = writer
        self._queue: asyncio.Queue[Arrivals | _Swap] = asyncio.Queue()
        self._latest: tuple[int, int] = (0, 0)
        self._disordered = False

    def arrived(self, arrivals: Arrivals) -> None:
        """Queue what is new."""
        if arrivals.signals or arrivals.events:
            self._queue.put_nowait(arrivals)

    async def swap(self, compiled: Compiled, noticed: float) -> None:
        """Put another rule set in force and judge the session by it.

        Args:
            compiled: The rules.
            noticed: `time.monotonic()` at which the change was seen.

        Raises:
            RulesInvalid: The engine can't run them; the rules before stay.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Swap(compiled, noticed, done))
        await done

    async def drained(self) -> None:
        """Wait until all that was queued is judged."""
        await self._queue.join()

    async def run(self) -> None:
        """Judge for ever."""
        while True:
            try:
                async with asyncio.timeout(REORDER_PAUSE if self._disordered else None):
                    item = await self._queue.get()
            except TimeoutError:
                await self._judge_in_order()
                continue
            try:
                await (self._take_swap(item) if isinstance(item, _Swap) else self._take(item))
            except sqlite3.Error:
                # The disk is full, say. Signals are refused meanwhile, so the SDK keeps them; judging catches up.
                self._disordered = True
            finally:
                self._queue.task_done()

    async def _take(self, arrivals: Arrivals) -> None:
        await self.save(self.book.add_app(arrivals.events))
        if not arrivals.signals or self.compiled is None:
            return
        signals = sorted(arrivals.signals, key=_order)
        self._disordered |= _order(signals[0]) < self._latest
        self._latest = max(self._latest, _order(signals[-1]))
        evaluation = await self._engine.evaluate([_for_engine(signal) for signal in signals])
        sources = {signal.message_id: _source(signal) for signal in signals}
        await self.save(self.book.add_predictions(_predictions(evaluation, sources)), evaluation.failures)

    async def _take_swap(self, swap: _Swap) -> None:
        try:
            await self._swap(swap.compiled, swap.noticed)
        except Exception as problem:
            if not swap.done.done():
                swap.done.set_exception(problem)
        else:
            if not swap.done.done():
                swap.done.set_result(None)

    async def _swap(self, compiled: Compiled, noticed: float) -> None:
        changes, difference, failures, signals = await self._judge_all(compiled)
        version = await asyncio.to_thread(self._writer.store.counter, "rules_version", step=1)
        fired = self.book.fired()
        self.state = RulesState(
            version=version,
            digest=compiled.bundle.digest,
            folder=compiled.folder,
            loaded_at=time.time(),
            rules=tuple(info.model_copy(update={"fired": fired.get(info.name, 0)}) for info in compiled.rules.infos()),
        )
        verdict = Judged(
            version=version,
            signals=signals,
            before=difference.before,
            after=difference.after,
            gained=difference.gained,
            lost=difference.lost,
            changed=difference.changed,
            ms=round((time.monotonic() - noticed) * 1000),
        )
        state = self.state

        def write(transaction: Transaction) -> None:
            transaction.record("rules", state)
            _write_changes(transaction, changes, failures)
            transaction.record("judged", verdict)

        await self._writer.write(write)

    async def _judge_in_order(self) -> None:
        """Judge again what came out of order: two tabs upload as they please, and a retried batch comes late."""
        self._disordered = False
        if self.compiled:
            with contextlib.suppress(RulesInvalid, sqlite3.Error):
                changes, _, failures, _ = await self._judge_all(self.compiled)
                await self.save(changes, failures)

    async def _judge_all(self, compiled: Compiled) -> tuple[Changes, Difference, Iterable[Failure], int]:
        store, session = self._writer.store, self._writer.session
        stored = await asyncio.to_thread(store.engine_signals, session)
        history = [EngineSignal(signal.message_id, signal.json) for signal in stored]
        evaluation = await self._engine.swap(compiled.bundle.text, history)
        self.compiled = compiled
        if stored:
            self._latest = max((signal.at_ms or 0, signal.index or 0) for signal in stored)
        sources = {one.message_id: PredictionSource(one.message_id, one.timestamp, one.at_ms, one.anonymous_id) for one in stored}
        changes, difference = self.book.replace_predictions(_predictions(evaluation, sources))
        return changes, difference, evaluation.failures, len(stored)

    async def save(self, changes: Changes, failures: Iterable[Failure] = ()) -> None:
        """Store and publish what changed about events."""
        failures = tuple(failures)
        if changes or failures:
            await self._writer.write(lambda transaction: _write_changes(transaction, changes, failures))


def _write_changes(transaction: Transaction, changes: Changes, failures: Iterable[Failure]) -> None:
    for ref in changes.gone:
        transaction.event_gone(ref)
    for row in changes.rows:
        transaction.event(row)
    for failure in failures:
        transaction.record("rule_failed", RuleFailure(rule=failure.rule, why=failure.why, signal=failure.signal))


def _order(signal: Signal) -> tuple[int, int]:
    return (signal.at_ms or 0, signal.index or 0)


def _for_engine(signal: Signal) -> EngineSignal:
    return EngineSignal(signal.message_id, json.dumps(signal.raw, separators=(",", ":")))


def _source(signal: Signal) -> PredictionSource:
    return PredictionSource(signal.message_id, signal.timestamp, signal.at_ms, signal.anonymous_id)


def _predictions(evaluation: Evaluation, sources: dict[str, PredictionSource]) -> list[Prediction]:
    """Turn calls into predictions; `reset` and the like make no event."""
    made: Counter[tuple[str | None, str]] = Counter()
    predictions: list[Prediction] = []
    for call in evaluation.calls:
        current = sources.get(call.signal)
        if current is None:
            continue
        nth = made[call.rule, call.signal]
        try:
            prediction = predict(method=call.method, args=call.args, rule=call.rule, causes=call.causes, current=current, nth=nth)
        except ValueError:
            continue
        made[call.rule, call.signal] += 1
        predictions.append(prediction)
    return predictions
