"""The two JavaScript engines behind one small interface. Imported by the worker only: V8 can take its process down.

Only text crosses: JSON in, the result of `JSON.stringify` out. Both wrappers corrupt other values: integers are cut to
32 bits, ropes and lone surrogates fail.
"""

from typing import Protocol

MEMORY = 256 * 1024 * 1024
"""Bytes a rule set and its signals may use."""


class ScriptError(Exception):
    """The script threw or doesn't parse; the message has the engine's words, with a line where it gave one."""


class ScriptTimeoutError(Exception):
    """The script ran out of time and was stopped; the context can be used on."""


class ContextLostError(Exception):
    """The context can't be used any more (out of memory, stuck): end the process."""


class Context(Protocol):
    """One JavaScript global."""

    def eval(self, code: str, seconds: float) -> str:
        """Run code and return its result as text."""


class V8Context:
    """mini-racer."""

    def __init__(self) -> None:
        from py_mini_racer import MiniRacer

        self._racer = MiniRacer()
        self._racer.set_hard_memory_limit(MEMORY)

    def eval(self, code: str, seconds: float) -> str:
        """Run code and return its result as text."""
        from py_mini_racer import JSEvalException, JSOOMException, JSTimeoutException

        try:
            return str(self._racer.eval(code, timeout_sec=seconds))
        except JSTimeoutException as problem:
            self._prove_alive()
            raise ScriptTimeoutError(f"ran longer than {seconds * 1000:.0f} ms") from problem
        except JSOOMException as problem:
            raise ContextLostError(f"used more than {MEMORY >> 20} MB") from problem
        except JSEvalException as problem:
            raise ScriptError(_first_lines(str(problem))) from problem

    def _prove_alive(self) -> None:
        """Some native loops can't be stopped: the caller is freed, the engine isn't."""
        from py_mini_racer import JSEvalException

        try:
            self._racer.eval("1", timeout_sec=0.1)
        except JSEvalException as problem:
            raise ContextLostError("could not be stopped") from problem


class QuickJSContext:
    """quickjs-ng."""

    def __init__(self) -> None:
        import quickjs

        self._context = quickjs.Context()
        self._context.set_memory_limit(MEMORY)
        self._error = quickjs.JSException

    def eval(self, code: str, seconds: float) -> str:
        """Run code and return its result as text."""
        self._context.set_time_limit(seconds)
        try:
            return str(self._context.eval(code))
        except self._error as problem:
            why = str(problem)
            if "interrupted" in why:
                raise ScriptTimeoutError(f"ran longer than {seconds * 1000:.0f} ms") from problem
            if "out of memory" in why or why.strip() in ("", "null"):
                raise ContextLostError(f"used more than {MEMORY >> 20} MB") from problem
            raise ScriptError(_first_lines(why)) from problem


def choose(wanted: str) -> tuple[str, type[V8Context] | type[QuickJSContext]]:
    """Pick an engine by really running it.

    Args:
        wanted: `v8`, `quickjs`, or `auto`: the first of these that works.

    Raises:
        RuntimeError: None does; the message says why.
    """
    reasons = []
    for name, kind in (("v8", V8Context), ("quickjs", QuickJSContext)):
        if wanted not in ("auto", name):
            continue
        try:
            if kind().eval("String(1 + 1)", 2.0) == "2":
                return name, kind
            reasons.append(f"{name} can't add")
        except Exception as problem:
            reasons.append(f"{name}: {problem}")
    raise RuntimeError("; ".join(reasons) or f"`{wanted}` is no engine")


def _first_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[:6])
