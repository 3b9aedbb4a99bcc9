"""The JavaScript that evaluates rules: `runtime.js` goes into every bundle, `prelude.js` stands in for the SDK in the engine."""

from functools import cache
from importlib.resources import files


@cache
def runtime_js() -> str:
    """Return the evaluator that every bundle carries."""
    return (files(__package__) / "runtime.js").read_text(encoding="utf-8")


@cache
def prelude_js() -> str:
    """Return what the engine runs before a bundle."""
    return (files(__package__) / "prelude.js").read_text(encoding="utf-8")
