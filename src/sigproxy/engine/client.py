"""The engine as the service knows it: put rules in force, evaluate signals.

Nothing that a rule does can delay or end the service.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

import orjson

from sigproxy.engine.frames import soft_limit
from sigproxy.engine.process import EngineLostError, EngineProcess
from sigproxy.errors import RulesInvalid, SigproxyError

BUFFER = 1_000
"""Signals that a restarted engine is given to remember: as many as the phones' SDKs keep."""

CHUNK = 300
"""Signals judged in one request."""

MAX_FAILURES = 100
"""Failures after which judging a history stops reporting more: a broken rule fails on every signal alike."""


@dataclass(frozen=True, slots=True)
class EngineSignal:
    """A signal as the engine takes it."""

    message_id: str
    json: str
    """The signal object (an upload's `properties`) as ASCII JSON."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a rule made on `analytics`."""

    signal: str
    """messageId of the signal being processed."""

    method: str
    args: list[Any]
    rule: str | None
    causes: tuple[str, ...]
    """messageIds, in the order of the rule's triggers."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that threw or ran out of time or memory."""

    rule: str | None
    why: str
    signal: str | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of a number of signals, in their order."""

    calls: tuple[Call, ...] = ()
    failures: tuple[Failure, ...] = ()


class Engine:
    """JavaScript in a subprocess. Requests are carried out one after the other."""

    def __init__(self, wanted: str = "auto") -> None:
        self.name = ""
        self._wanted = wanted
        self._process: EngineProcess | None = None
        self._bundle: str | None = None
        self._recent: deque[EngineSignal] = deque(maxlen=BUFFER)
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Start the process.

        Raises:
            SigproxyError: No engine runs on this machine.
        """
        try:
            self._process = await EngineProcess.start(self._wanted)
        except EngineLostError as problem:
            raise SigproxyError(
                f"No JavaScript engine starts, so rules can't be run ({problem}).",
                "Reinstall mini-racer or quickjs-ng for this system.",
            ) from problem
        self.name = self._process.name

    async def close(self) -> None:
        """End the process."""
        async with self._lock:
            if self._process:
                await self._process.kill()
                self._process = None

    async def swap(self, bundle: str, history: Sequence[EngineSignal]) -> Evaluation:
        """Judge a whole history by other rules and, if they hold, put them in force.

        Args:
            bundle: The rules' script.
            history: All signals in the order they happened.

        Raises:
            RulesInvalid: The script doesn't parse, throws, or brings the engine down; the rules before stay.
        """
        async with self._lock:
            try:
                process = await self._ready()
                op, why = await process.ask("S", bundle, 4.0)
                if op == "x":
                    raise RulesInvalid(f"The rules don't run: {why}.", "The rules loaded before stay in force.")
                parts = [await self._evaluate(process, "J", chunk) for chunk in batched(history, CHUNK, strict=False)]
                await process.ask("C", "", 1.0)
            except EngineLostError as problem:
                raise RulesInvalid(
                    f"A rule {problem} while the session was judged.", "The rules loaded before stay in force."
                ) from problem
            self._bundle = bundle
            self._recent = deque(history, maxlen=BUFFER)
            return _joined(parts)

    async def evaluate(self, signals: Sequence[EngineSignal]) -> Evaluation:
        """Evaluate live signals, in order. A signal whose rules bring the engine down costs only itself."""
        async with self._lock:
            parts = [part for chunk in batched(signals, CHUNK, strict=False) for part in await self._evaluate_live(chunk)]
            return _joined(parts)

    async def _evaluate_live(self, chunk: Sequence[EngineSignal]) -> list[Evaluation]:
        try:
            part = await self._evaluate(await self._ready(), "E", chunk)
        except EngineLostError as problem:
            if len(chunk) > 1:
                return [part for one in chunk for part in await self._evaluate_live([one])]
            part = Evaluation(failures=(Failure(None, str(problem), chunk[0].message_id),))
        self._recent.extend(chunk)
        return [part]

    async def _evaluate(self, process: EngineProcess, op: Any, chunk: Sequence[EngineSignal]) -> Evaluation:
        # Time for one signal to be stopped is included; more of them in a chunk are a reason to restart.
        reply, text = await process.ask(op, _batch(chunk), 2 * soft_limit(len(chunk)))
        if reply == "x":
            return Evaluation(failures=(Failure(None, text, chunk[0].message_id if chunk else None),))
        return _read(text)

    async def _ready(self) -> EngineProcess:
        """Return the process, started again with its rules and what it remembered if it was lost."""
        if self._process and self._process.alive:
            return self._process
        self._process = process = await EngineProcess.start(self._wanted)
        if self._bundle is not None:
            await process.ask("S", self._bundle, 4.0)
            await process.ask("C", "", 1.0)
            await process.ask("R", _batch(self._recent), 5.0)
        return process


def _batch(signals: Iterable[EngineSignal]) -> str:
    """One signal a line, for the worker to count."""
    return "[" + ",\n".join(f"[{json.dumps(one.message_id)},{one.json}]" for one in signals) + "]"


def _read(text: str) -> Evaluation:
    found = orjson.loads(text)
    return Evaluation(
        tuple(
            Call(
                signal=call["signal"],
                method=call["method"],
                args=call["args"],
                rule=call["rule"],
                causes=tuple(cause for cause in call["causes"] if cause),
            )
            for call in found["calls"]
        ),
        tuple(Failure(one["rule"], one["why"], one["signal"]) for one in found["failures"]),
    )


def _joined(parts: Iterable[Evaluation]) -> Evaluation:
    parts = tuple(parts)
    return Evaluation(
        tuple(call for part in parts for call in part.calls),
        tuple(failure for part in parts for failure in part.failures)[:MAX_FAILURES],
    )
