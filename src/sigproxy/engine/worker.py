"""The engine's process: reads requests on stdin, answers on stdout. Started by `process.py`, not imported by the service."""

import json
import os
import sys
from typing import BinaryIO

from sigproxy.engine.adapters import Context, ContextLostError, ScriptError, ScriptTimeoutError, choose
from sigproxy.engine.frames import Op, pack, read, soft_limit
from sigproxy.runtime import prelude_js

HEADROOM = 512 * 1024 * 1024
"""Bytes of data the process may grow by after its first context: bounds what the engines' own limits don't count."""


class Worker:
    """The context in force, and the one being prepared."""

    def __init__(self, kind: type[Context]) -> None:
        self._kind = kind
        self._live: Context | None = None
        self._staged: Context | None = None

    def handle(self, op: str, text: str) -> tuple[Op, str]:
        """Carry out one request."""
        try:
            return "k", self._handle(op, text)
        except (ScriptError, ScriptTimeoutError) as problem:
            return "x", str(problem)
        except (ContextLostError, MemoryError) as problem:
            return "d", str(problem) or "ran out of memory"

    def _handle(self, op: str, text: str) -> str:
        match op:
            case "S":
                self._staged = None
                staged = self._kind()
                staged.eval(prelude_js(), 2.0)
                staged.eval(text + "\n;'';", 2.0)
                self._staged = staged
            case "J":
                return _evaluate(self._staged, text)
            case "C":
                self._live, self._staged = self._staged, None
            case "E":
                return _evaluate(self._live, text)
            case "R":
                _load(self._live, text)
                _require(self._live).eval("__sigproxy.remember(); __sigproxy.results()", 5.0)
        return ""


def _require(context: Context | None) -> Context:
    if context is None:
        raise ScriptError("no rules are loaded")
    return context


def _load(context: Context | None, batch: str) -> None:
    _require(context).eval(f"__sigproxy.load({json.dumps(batch)}); ''", 5.0)


def _evaluate(context: Context | None, batch: str) -> str:
    """Run the rules on a batch of `[messageId, signal]`. One that takes too long is marked, and the rest goes on."""
    context = _require(context)
    _load(context, batch)
    limit = soft_limit(batch.count("\n") + 1)
    while True:
        try:
            return context.eval("__sigproxy.run()", limit)
        except ScriptTimeoutError as problem:
            context.eval(f"__sigproxy.interrupted({json.dumps(str(problem))}); ''", 1.0)


def _limit_memory() -> None:
    """Bound the whole process; where the system can't, the parent's watch on it remains."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/status") as status:
        used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
    resource.setrlimit(resource.RLIMIT_DATA, (used + HEADROOM, used + HEADROOM))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Serve until stdin ends."""
    answers: BinaryIO = os.fdopen(os.dup(1), "wb")
    # Whatever an engine prints must not get among the frames.
    os.dup2(2, 1)
    try:
        name, kind = choose(sys.argv[1] if len(sys.argv) > 1 else "auto")
    except RuntimeError as problem:
        answers.write(pack("d", str(problem)))
        answers.flush()
        return
    _limit_memory()
    worker = Worker(kind)
    answers.write(pack("k", name))
    answers.flush()
    while frame := read(sys.stdin.buffer):
        op, text = worker.handle(*frame)
        answers.write(pack(op, text))
        answers.flush()
        if op == "d":
            # A stuck engine keeps its threads: leave without waiting for them.
            os._exit(3)


if __name__ == "__main__":
    main()
