"""A folder of rule files → a rule set, or every problem in it with file, line and column."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sigproxy.domain.records import RulesError
from sigproxy.domain.rule import LoadedRule, Rule, RuleSet, Trigger, compile_condition, duplicates
from sigproxy.domain.rule_syntax import nearest
from sigproxy.errors import RulesInvalid

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class _Source:
    """A file's text, and how to name a place in it."""

    file: str
    lines: Sequence[str]

    def error(self, why: str, line: int | None = None, column: int | None = None) -> RulesError:
        """Name a problem; line and column count from 0."""
        excerpt = self.lines[line] if line is not None and line < len(self.lines) else ""
        return RulesError(
            file=self.file,
            line=None if line is None else line + 1,
            column=None if column is None else column + 1,
            why=why,
            excerpt=excerpt,
        )


class _Problem(Exception):
    def __init__(self, *errors: RulesError) -> None:
        super().__init__(errors)
        self.errors = errors


def load_rules(folder: Path) -> RuleSet:
    """Read all `*.yaml` and `*.yml` of a folder and those below it, in order of their names.

    A file holds one rule or a list of rules. An absent folder holds none.

    Raises:
        RulesInvalid: Some can't be used; its `problems` name each.
    """
    loaded: list[LoadedRule] = []
    problems: list[RulesError] = []
    for path in _rule_files(folder):
        try:
            loaded += _read_file(path, path.relative_to(folder).as_posix())
        except _Problem as problem:
            problems += problem.errors
    for name in duplicates(one.rule.name for one in loaded):
        files = " and ".join(dict.fromkeys(one.file for one in loaded if one.rule.name == name))
        last = [one.file for one in loaded if one.rule.name == name][-1]
        problems.append(
            RulesError(
                file=last,
                line=None,
                column=None,
                why=f"two rules are called `{name}` ({files}); names tell rules apart",
            )
        )
    if problems:
        first = problems[0]
        place = ":".join(str(part) for part in (first.file, first.line, first.column) if part is not None)
        raise RulesInvalid(f"{place}: {first.why}.", "The rules loaded before stay in force.", tuple(problems))
    return RuleSet(tuple(loaded))


def _rule_files(folder: Path) -> list[Path]:
    """List rule files; what editors leave lying about (hidden files, backups) isn't one."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in _SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _read_file(path: Path, name: str) -> list[LoadedRule]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise _Problem(_Source(name, ()).error(f"the file isn't UTF-8: {problem.reason}")) from problem
    except OSError as problem:
        raise _Problem(_Source(name, ()).error(f"the file can't be read: {problem.strerror}")) from problem
    source = _Source(name, text.splitlines())
    documents = _parse(text, source)
    rules = [rule for document in documents for rule in (document if isinstance(document, list) else [document])]
    return [LoadedRule(_read_rule(rule, source), name) for rule in rules if rule is not None]


def _parse(text: str, source: _Source) -> list[Any]:
    try:
        return list(YAML(typ="rt").load_all(text))
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        why = " ".join(str(part) for part in (problem.context, problem.problem) if part)
        line = mark.line if mark else None
        raise _Problem(source.error(f"not YAML: {why}", line, mark.column if mark else None)) from problem
    except (YAMLError, ValueError) as problem:
        raise _Problem(source.error(f"not YAML: {problem}")) from problem


def _read_rule(node: Any, source: _Source) -> Rule:
    if not isinstance(node, CommentedMap):
        raise _Problem(source.error("a rule is a mapping with at least `name`, `event` and `when`", 0, 0))
    try:
        rule = Rule.model_validate(_plain(node))
    except ValidationError as problem:
        # A misspelled key is the cause of the one that is missing: it comes first.
        details = sorted(problem.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
        raise _Problem(*(_name_place(detail, node, source) for detail in details)) from problem
    _check_conditions(node, source)
    try:
        rule.table()
    except ValueError as problem:
        place, _, why = str(problem).partition(": ")
        raise _Problem(source.error(why, *_mapping_place(node, place))) from problem
    return rule


def _check_conditions(node: CommentedMap, source: _Source) -> None:
    """Compile each condition by itself, so that an error stands at its own line."""
    for at, trigger in enumerate(node["when"]):
        where = trigger.get("where")
        for nth, line in enumerate(where if isinstance(where, list) else [where] if where is not None else []):
            try:
                compile_condition(_plain(line))
            except ValueError as problem:
                loc = ("when", at, "where", nth) if isinstance(where, list) else ("when", at, "where")
                raise _Problem(source.error(str(problem), *_place(node, loc))) from problem


def _plain(node: Any) -> Any:
    """Return the YAML node as plain dicts and lists."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node


def _name_place(detail: ErrorDetails, node: CommentedMap, source: _Source) -> RulesError:
    loc = detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            known = Trigger.model_fields if "when" in loc else _spelled(Rule)
            why = f"`{loc[-1]}` is no key of a {'trigger' if 'when' in loc else 'rule'}{nearest(str(loc[-1]), known)}"
        case "missing":
            why, loc = f"`{loc[-1]}` is missing", loc[:-1]
        case "literal_error":
            said = str(detail["input"])
            expected = detail.get("ctx", {}).get("expected", "").replace("'", "`")
            choices = [choice.strip("`") for choice in expected.replace(" or ", ", ").split(", ")]
            why = f"`{loc[-1]}: {said}` must be {expected}{nearest(said, choices)}"
        case _:
            why = detail["msg"].removeprefix("Value error, ")
            why = why if detail["type"] == "value_error" else f"`{'.'.join(map(str, loc))}`: {why.lower()}"
    return source.error(why, *_place(node, loc))


def _spelled(model: type[Rule]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _place(node: Any, loc: Sequence[int | str]) -> tuple[int, int]:
    """Find line and column of the deepest node on the way to `loc`, counted from 0."""
    place = (node.lc.line, node.lc.col)
    for step in loc:
        if isinstance(node, CommentedMap) and step in node:
            place = node.lc.key(step)
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            place = node.lc.item(step)
        else:
            break
        node = node[step]
    return place


def _mapping_place(node: CommentedMap, place: str) -> tuple[int, int]:
    """Find a mapping by the name the compiler gives it, such as `body.price`."""
    first, *rest = list(_steps(place))
    key = {"body": "properties" if "properties" in node else "traits", "eventName": "event_name"}.get(str(first), first)
    return _place(node, [key, *rest])


def _steps(place: str) -> Iterator[int | str]:
    for part in place.split("."):
        key, *positions = part.replace("]", "").split("[")
        yield key
        yield from (int(position) for position in positions)
