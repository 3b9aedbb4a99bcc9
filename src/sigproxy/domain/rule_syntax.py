"""The small notations inside a rule: paths, condition lines, durations. Text in, plain data for `runtime.js` out."""

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any

type Step = str | int | bool
"""A key, a position, or True for `[*]`: every element."""

type Condition = list[Any]
"""`["and"|"or", ...]`, `["not", c]`, or `[operator, path, value, ignore case]`, as the runtime takes it."""

OPERATORS = (
    "not equals",
    "equals",
    "not contains",
    "contains",
    "starts with",
    "ends with",
    "matches regex",
    "matches",
    "greater than or equal",
    "greater than",
    "less than or equal",
    "less than",
    "not exists",
    "exists",
    "is not one of",
    "is one of",
)
"""Every operator of a condition line; one that begins another comes after it."""

_NEGATED = {"not equals": "equals", "not contains": "contains", "not exists": "exists", "is not one of": "is one of"}
_WITHOUT_VALUE = ("exists", "not exists")
_IGNORING_CASE = re.compile(r"\s+ignoring case$")
_STEP = re.compile(r"\.?([A-Za-z_$][\w$-]*|\d+)|\[(\d+)\]|\[(\*)\]|\[\"([^\"]+)\"\]")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)$")
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}


def parse_path(source: str) -> list[Step]:
    """Read `products[0].id`, `products[*].id`, `headers["x-id"]`; a leading `$.` is allowed and means nothing.

    Raises:
        ValueError: It isn't a path; says where it breaks off.
    """
    rest, at = source.removeprefix("$."), 0
    steps: list[Step] = []
    while at < len(rest):
        match = _STEP.match(rest, at)
        if not match or (at == 0 and rest.startswith(".")):
            raise ValueError(f"`{source}` isn't a path: it breaks off before `{rest[at:]}`")
        key, position, every, quoted = match.groups()
        steps.append(True if every else int(position) if position else quoted or key)
        at = match.end()
    if not steps:
        raise ValueError("an empty path")
    return steps


def parse_condition(line: str) -> Condition:
    """Read one condition line, such as `status equals 201` or `target.textContent contains "Add" ignoring case`.

    Raises:
        ValueError: It can't be read; says what was expected.
    """
    path_text, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    operator = next((one for one in OPERATORS if rest == one or rest.startswith(one + " ")), None)
    if operator is None:
        raise ValueError(_no_operator(line, rest))
    path = parse_path(path_text)
    value_text = rest[len(operator) :].strip()
    folded = bool(_IGNORING_CASE.search(" " + value_text))
    value_text = _IGNORING_CASE.sub("", " " + value_text).strip()
    if operator in _WITHOUT_VALUE:
        if value_text:
            raise ValueError(f"`{operator}` takes no value, so `{value_text}` is too much")
        value: Any = None
    elif not value_text:
        raise ValueError(f"`{operator}` needs a value after it")
    else:
        value = parse_value(value_text)
    _check_value(operator, value)
    return condition(operator, path, value, ignoring_case=folded)


def condition(operator: str, path: list[Step], value: Any, *, ignoring_case: bool = False) -> Condition:
    """Build the runtime's form of a condition."""
    plain = _NEGATED.get(operator, operator)
    found: Condition = [plain, path, value, ignoring_case]
    return found if plain == operator else ["not", found]


def _check_value(operator: str, value: Any) -> None:
    if operator.endswith("one of") and not isinstance(value, list):
        raise ValueError(f"`{operator}` needs a list, such as `[1, 2]`")
    if operator.split(" ")[0] in ("greater", "less") and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError(f"`{operator}` compares numbers, and {json.dumps(value)} is none")
    if operator in ("starts with", "ends with", "matches", "matches regex") and not isinstance(value, str):
        raise ValueError(f"`{operator}` compares text; put {json.dumps(value)} in quotes")
    if operator == "matches regex":
        try:
            re.compile(value)
        except re.error as problem:
            raise ValueError(f"`{value}` isn't a regular expression: {problem}") from None


def parse_value(source: str) -> Any:
    """Read a value: quoted text, a number, true, false, null, a `[list]`; anything else is text as it stands.

    Raises:
        ValueError: A quote or bracket isn't closed.
    """
    if source[0] in '"[':
        try:
            return json.loads(source)
        except ValueError:
            if source[0] == "[" and source.endswith("]"):
                return [parse_value(one.strip()) for one in source[1:-1].split(",") if one.strip()]
            raise ValueError(f"`{source}` isn't closed as it was opened") from None
    if source[0] == "'":
        if len(source) < 2 or not source.endswith("'"):
            raise ValueError(f"`{source}` isn't closed as it was opened")
        return source[1:-1]
    if source in ("true", "false", "null") or _NUMBER.match(source):
        return json.loads(source)
    return source


def parse_duration(source: str) -> int:
    """Read `500ms`, `10s`, `2m`, `1h` as milliseconds.

    Raises:
        ValueError: It isn't a duration.
    """
    match = _DURATION.match(source.strip())
    if not match:
        raise ValueError(f"`{source}` isn't a duration; write 500ms, 10s, 2m or 1h")
    return round(float(match[1]) * _UNITS[match[2]])


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word may have been meant: `; did you mean ...?`, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else ""


def _no_operator(line: str, rest: str) -> str:
    if not rest:
        return f"`{line}` has no operator; write `path operator value`, such as `status equals 201`"
    words = rest.split(" ")
    hint = nearest(" ".join(words[:2]), OPERATORS) or nearest(words[0], OPERATORS)
    return f"`{line}` has no operator that is known{hint or ': ' + ', '.join(sorted(OPERATORS))}"
