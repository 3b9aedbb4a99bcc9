"""The demo's story: each stage waits for what it is to bring about, and says why when it doesn't come."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sigproxy.demo.segment import Received
from sigproxy.domain.commands import Command, Release, ReleaseAll
from sigproxy.domain.records import EventRow, Judged, Record, ServiceStatus

type Say = Callable[[str], None]

STAGE_SECONDS = 15.0

RULE = "product_added.yaml"
NARROW = 'target.textContent contains "Add to Cart"'
WIDE = "target.textContent starts with Add"
"""The change: with it the gift card's button counts too."""


_STAGES = ("predicted", "confirmed", "held", "released", "delivered")


class Control(Protocol):
    """A connection to the service."""

    def follow(self, since: int) -> AsyncIterator[list[Record]]:
        """Yield records after a number, for ever."""

    async def status(self) -> ServiceStatus:
        """Say what it does."""

    async def command(self, command: Command) -> None:
        """Have a command carried out."""


class Visitor(Protocol):
    """Somebody who comes to the shop twice."""

    kind: str

    async def first_tour(self, say: Say) -> None:
        """Come for the first time."""

    async def second_tour(self, say: Say) -> None:
        """Come again after the rules have changed."""


class StageFailed(Exception):
    """A stage didn't come about; the message says which, and why."""


@dataclass
class Seen:
    """What the feed has told so far."""

    signals: Counter[str] = field(default_factory=Counter)
    rows: dict[str, EventRow] = field(default_factory=dict)
    stages: dict[str, set[str]] = field(default_factory=lambda: {stage: set() for stage in _STAGES})
    verdicts: list[Judged] = field(default_factory=list)
    rejected: str = ""

    def take(self, record: Record) -> None:
        """Take in one record."""
        match record.kind:
            case "signal":
                self.signals[record.payload["type"]] += 1
            case "event":
                self._take_event(EventRow.model_validate(record.payload))
            case "event_gone":
                self.rows.pop(record.payload["id"], None)
            case "judged":
                self.verdicts.append(Judged.model_validate(record.payload))
            case "rules_rejected":
                self.rejected = f"{record.payload['file']}: {record.payload['why']}"

    def _take_event(self, row: EventRow) -> None:
        self.rows[row.id] = row
        if row.rule:
            self.stages["predicted"].add(f"{row.rule} {row.causes}")
        if row.confirmed:
            self.stages["confirmed"].add(row.id)
        if row.status in self.stages and row.status != "predicted":
            self.stages[row.status].add(row.id)

    def of_rule(self, *, confirmed: bool) -> list[EventRow]:
        """Return the events made by the rule that the story is about."""
        return [row for row in self.rows.values() if row.rule == "Product Added" and row.confirmed >= confirmed]


@dataclass
class Summary:
    """How it went."""

    visitor: str
    seen: Seen
    before: int = 0
    after: int = 0
    failed: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as `sigproxy demo --json` prints it."""
        return {
            "ok": self.failed is None,
            "visitor": self.visitor,
            "signals": dict(self.seen.signals),
            "events": {stage: len(self.seen.stages[stage]) for stage in _STAGES},
            "rule_change": {"before": self.before, "after": self.after},
        }


class Story:
    """Tells it once."""

    def __init__(self, control: Control, visitor: Visitor, received: Received, rules: Path, say: Say) -> None:
        self.seen = Seen()
        self._control = control
        self._visitor = visitor
        self._received = received
        self._rules = rules
        self._say = say
        self._news = asyncio.Condition()

    async def tell(self) -> Summary:
        """Go through all stages; a failed one ends it and is named in the summary."""
        summary = Summary(self._visitor.kind, self.seen)
        following = asyncio.create_task(self._follow())
        try:
            await self._capture()
            await self._release()
            await self._change_rule(summary)
            await self._come_again()
        except StageFailed as problem:
            summary.failed = str(problem)
        except Exception as problem:
            summary.failed = f"the visit broke off: {type(problem).__name__}: {str(problem).splitlines()[0]}"
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        return summary

    async def _capture(self) -> None:
        self._say("A visitor comes to the shop.")
        await self._visitor.first_tour(self._visit)
        for kind in ("interaction", "navigation", "network", "instrumentation"):
            await self._until(lambda kind=kind: self.seen.signals[kind] > 0, f"no {kind} signal was captured")  # type: ignore[misc]
        counts = ", ".join(f"{count} {kind}" for kind, count in self.seen.signals.items())
        self._say(f"Signals arrived as they left the page: {counts}.")
        await self._until(lambda: bool(self.seen.of_rule(confirmed=True)), "no Product Added was both foretold and sent")
        self._say('The rule "Product Added" turned a click and a response into an event; the app sent it, too.')

    async def _release(self) -> None:
        await self._until(lambda: len(self._held()) > 1, "no events were held")
        if self._received.events or self._received.signals:
            raise StageFailed("something reached Segment before it was released")
        self._say(f"{len(self._held())} events are held. Nothing has reached Segment.")
        first = self.seen.of_rule(confirmed=True)[0]
        await self._control.command(Release(ids=(first.id,)))
        await self._until(lambda: self.seen.rows[first.id].status == "delivered", "the released event was not delivered")
        self._say(f'"{first.name}" was released and delivered.')
        await self._control.command(ReleaseAll())
        await self._until(lambda: not self._held() and self._all_delivered(), "not all events were delivered")
        self._say(f"All others, too: Segment's stand-in got {len(self._received.events)} events and no signal.")

    async def _change_rule(self, summary: Summary) -> None:
        verdicts = len(self.seen.verdicts)
        rule = self._rules / RULE
        source = rule.read_text(encoding="utf-8")
        if NARROW not in source:
            raise StageFailed(f"{RULE} has no line `{NARROW}`")
        rule.write_text(source.replace(NARROW, WIDE), encoding="utf-8")
        self._say(f"The rule is changed and saved: {WIDE}.")
        await self._until(lambda: len(self.seen.verdicts) > verdicts, f"no verdict came {self.seen.rejected}")
        verdict = self.seen.verdicts[-1]
        summary.before, summary.after = verdict.before, verdict.after
        if verdict.before == verdict.after:
            raise StageFailed("the changed rule makes as many events as before")
        took = f"{verdict.ms} ms after the save"
        self._say(f"{took}: of the same {verdict.signals} signals it makes {verdict.after} events instead of {verdict.before}.")

    async def _come_again(self) -> None:
        known = {row.id for row in self.seen.of_rule(confirmed=False)}
        await self._visitor.second_tour(self._visit)
        # A recorded page can't load the changed rules, so there the engine's word is all there is.
        by_app = self._visitor.kind == "chromium"
        await self._until(
            lambda: any(row.id not in known for row in self.seen.of_rule(confirmed=by_app)),
            "the app made no event by the changed rule",
        )
        made = "makes a Product Added now, held like the others" if by_app else "would make a Product Added now"
        self._say(f"By the changed rule the gift card {made}.")

    def _held(self) -> list[EventRow]:
        return [row for row in self.seen.rows.values() if row.status == "held"]

    def _all_delivered(self) -> bool:
        return all(row.message_id in self._received.events for row in self.seen.rows.values() if row.message_id)

    def _visit(self, what: str) -> None:
        self._say(f"  The visitor {what}.")

    async def _follow(self) -> None:
        async for batch in self._control.follow(0):
            async with self._news:
                for record in batch:
                    self.seen.take(record)
                self._news.notify_all()

    async def _until(self, happened: Callable[[], bool], because: str) -> None:
        try:
            async with asyncio.timeout(STAGE_SECONDS), self._news:
                await self._news.wait_for(happened)
        except TimeoutError:
            raise StageFailed(f"{because} within {STAGE_SECONDS:.0f} s") from None
