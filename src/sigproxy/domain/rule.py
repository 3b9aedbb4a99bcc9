"""Rules: which signals, in which order, make which event. The model of a rule file and what `runtime.js` takes of it.

The language is described in docs/rules.md. Segment's own words: https://segment.com/docs/connections/auto-instrumentation/event-builder/
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sigproxy.domain.records import EventType, RuleInfo
from sigproxy.domain.rule_syntax import Condition, nearest, parse_condition, parse_duration, parse_path

SIGNALS: dict[str, tuple[str, str | None]] = {
    "interaction": ("interaction", None),
    "interaction.click": ("interaction", "click"),
    "interaction.submit": ("interaction", "submit"),
    "interaction.change": ("interaction", "change"),
    "navigation": ("navigation", None),
    "network": ("network", None),
    "network.request": ("network", "request"),
    "network.response": ("network", "response"),
    "instrumentation": ("instrumentation", None),
    "localData": ("localData", None),
    "userDefined": ("userDefined", None),
}
"""What a trigger can wait for → type and `eventType` or `action`."""

_REF = re.compile(r"^\$\.(current|trigger_([1-9]\d*))\.(.+)$")
_TEMPLATE = re.compile(r"\{\{\s*(.*?)\s*\}\}")

type Mapping_ = dict[str, Any]
"""The runtime's form of a mapping."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Trigger(_Model):
    """One signal that a rule waits for."""

    signal: str
    within: int | None = None
    """Milliseconds since the trigger before it, at most; None without limit."""

    where: tuple[Any, ...] = ()
    """Conditions that must all hold: lines, or groups `all`, `any`, `not`."""

    @field_validator("signal")
    @classmethod
    def _known_signal(cls, value: str) -> str:
        if value not in SIGNALS:
            raise ValueError(f"`{value}` is no signal{nearest(value, SIGNALS) or ': ' + ', '.join(SIGNALS)}")
        return value

    @field_validator("within", mode="before")
    @classmethod
    def _duration(cls, value: Any) -> Any:
        return parse_duration(value) if isinstance(value, str) else value

    @field_validator("where", mode="before")
    @classmethod
    def _as_list(cls, value: Any) -> Any:
        return [value] if isinstance(value, str | dict) else value

    @property
    def condition(self) -> Condition:
        """Its conditions as the runtime takes them."""
        return ["and", *(compile_condition(one) for one in self.where)]

    def table(self) -> dict[str, Any]:
        """Return it as the runtime takes it."""
        kind, detail = SIGNALS[self.signal]
        entry: dict[str, Any] = {"type": kind, "where": self.condition}
        if detail:
            entry["detail"] = detail
        if self.within is not None:
            entry["within"] = self.within
        return entry


def compile_condition(source: Any) -> Condition:
    """Compile a condition line or a group.

    Raises:
        ValueError: It can't be read.
    """
    if isinstance(source, str):
        return parse_condition(source)
    if not isinstance(source, dict) or len(source) != 1:
        raise ValueError("a condition is a line such as `status equals 201`, or one of the groups all, any, not")
    (name, inner), *_ = source.items()
    if name not in ("all", "any", "not"):
        raise ValueError(f"`{name}` is no group{nearest(str(name), ('all', 'any', 'not')) or ': all, any, not'}")
    members = [compile_condition(one) for one in (inner if isinstance(inner, list) else [inner])]
    if name == "not":
        return ["not", ["and", *members]]
    return ["and" if name == "all" else "or", *members]


class Rule(_Model):
    """One rule, as its file says it."""

    name: str = Field(min_length=1)
    event: EventType
    when: tuple[Trigger, ...] = Field(min_length=1)
    description: str = ""
    enabled: bool = True
    tags: tuple[str, ...] = ()
    fires: Literal["last", "current"] = "last"
    event_name: Any = None
    """What a track event is called, where not as the rule; a mapping."""

    title: Any = None
    """The name of a page or screen; a mapping."""

    category: Any = None
    user_id: Any = Field(default=None, alias="userId")
    group_id: Any = Field(default=None, alias="groupId")
    previous_id: Any = Field(default=None, alias="previousId")
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "Rule":
        belongs = {
            "event_name": ("track",),
            "title": ("page", "screen"),
            "category": ("page", "screen"),
            "user_id": ("identify", "alias"),
            "group_id": ("group",),
            "previous_id": ("alias",),
            "properties": ("track", "page", "screen"),
            "traits": ("identify", "group"),
        }
        for field, events in belongs.items():
            if getattr(self, field) is not None and self.event not in events:
                spelled = type(self).model_fields[field].alias or field
                raise ValueError(f"`{spelled}` belongs to {' and '.join(events)}, and this rule makes {self.event}")
        return self

    def table(self) -> dict[str, Any]:
        """Return it as the runtime takes it.

        Raises:
            ValueError: A mapping can't be read; the message begins with where it stands.
        """
        entry: dict[str, Any] = {
            "name": self.name,
            "event": self.event,
            "fires": self.fires,
            "when": [trigger.table() for trigger in self.when],
        }
        parts = {
            "eventName": self.event_name or (self.name if self.event == "track" else None),
            "title": self.title,
            "category": self.category,
            "userId": self.user_id,
            "groupId": self.group_id,
            "previousId": self.previous_id,
            "body": self.properties if self.properties is not None else self.traits,
            "context": self.context,
        }
        entry |= {name: compile_mapping(part, len(self.when), name) for name, part in parts.items() if part is not None}
        return entry


def compile_mapping(source: Any, triggers: int, where: str) -> Mapping_:
    """Compile what a value is taken from.

    Args:
        source: `$.ref.path`, `{path, as, default}`, `{value}`, `{template}`, an object or list of these, or any value.
        triggers: How many triggers the rule has, for refs to be checked.
        where: Its place in the rule, for errors.

    Raises:
        ValueError: It can't be read; the message begins with `where`.
    """
    if isinstance(source, str):
        return _path_mapping(source, triggers, where) if source.startswith("$.") else {"value": source}
    if isinstance(source, list | tuple):
        return {"list": [compile_mapping(one, triggers, f"{where}[{at}]") for at, one in enumerate(source)]}
    if not isinstance(source, dict):
        return {"value": source}
    if set(source) == {"value"}:
        return {"value": source["value"]}
    if "template" in source:
        return {"template": _template(str(source["template"]), triggers, where)}
    if "path" in source and set(source) <= {"path", "as", "default"}:
        return _path_mapping(source["path"], triggers, where) | _options(source, where)
    return {"object": {str(key): compile_mapping(one, triggers, f"{where}.{key}") for key, one in source.items()}}


def _options(source: dict[str, Any], where: str) -> dict[str, Any]:
    kinds = ("number", "integer", "string", "boolean")
    if "as" in source and source["as"] not in kinds:
        said = str(source["as"])
        raise ValueError(f"{where}: `as: {said}` is no type{nearest(said, kinds) or ': ' + ', '.join(kinds)}")
    return {key: source[key] for key in ("as", "default") if key in source}


def _path_mapping(source: Any, triggers: int, where: str) -> Mapping_:
    match = _REF.match(source) if isinstance(source, str) else None
    if not match:
        raise ValueError(f"{where}: `{source}` is no path to a signal; write $.current.url or $.trigger_2.body.id")
    number = int(match[2] or 1)
    if number > triggers:
        raise ValueError(f"{where}: `{source}` means trigger {number}, and the rule has {triggers}")
    try:
        return {"ref": number - 1, "path": parse_path(match[3])}
    except ValueError as problem:
        raise ValueError(f"{where}: {problem}") from None


def _template(source: str, triggers: int, where: str) -> list[Any]:
    pieces = _TEMPLATE.split(source)
    parts = [_path_mapping(piece, triggers, where) if at % 2 else piece for at, piece in enumerate(pieces)]
    return [part for part in parts if part != ""]


@dataclass(frozen=True)
class LoadedRule:
    """A rule and where it was read."""

    rule: Rule
    file: str
    """Path relative to the rules folder, with forward slashes."""

    @cached_property
    def table(self) -> dict[str, Any]:
        """The rule as the runtime takes it."""
        return self.rule.table()

    @cached_property
    def digest(self) -> str:
        """Hash of what the rule does; comments, description and order of keys don't count."""
        return digest_of(self.table)


@dataclass(frozen=True)
class RuleSet:
    """All rules of a folder, in the order of their files."""

    rules: tuple[LoadedRule, ...] = ()

    @property
    def enabled(self) -> tuple[LoadedRule, ...]:
        """Those that run."""
        return tuple(one for one in self.rules if one.rule.enabled)

    def infos(self) -> tuple[RuleInfo, ...]:
        """List them as clients show them."""
        return tuple(
            RuleInfo(
                name=one.rule.name,
                event=one.rule.event,
                file=one.file,
                enabled=one.rule.enabled,
                description=one.rule.description,
            )
            for one in self.rules
        )

    @property
    def digest(self) -> str:
        """Hash of what the set does."""
        return digest_of([one.table for one in self.enabled])


def digest_of(value: Any) -> str:
    """Hash plain data: the same for equal data, whatever the order of keys; 16 hex digits."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def duplicates(names: Iterable[str]) -> set[str]:
    """Return the names that stand more than once."""
    seen: set[str] = set()
    return {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
