"""A back end made of lists, and a shop visit's worth of records taken from real SDK traffic."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable
from typing import Any

from sigproxy.domain.commands import Command
from sigproxy.domain.records import (
    EventRef,
    EventRow,
    ExchangeRow,
    Judged,
    Record,
    RecordKind,
    RejectRow,
    Row,
    RuleFailure,
    RuleInfo,
    RulesError,
    RulesState,
    ServiceStatus,
    SignalRow,
)
from sigproxy.domain.signal import label, masked_paths, read_signal, summary
from sigproxy.errors import NotRunning, SigproxyError
from tests.recordings import events_on_wire, signals_on_wire

NOW = 1_795_217_640.0
"""Epoch seconds at which every test happens: just after the recorded visit."""

BATCH = 500


def status(**changes: Any) -> ServiceStatus:
    return ServiceStatus(
        version="0.1.0",
        proxy="127.0.0.1:8888",
        api="http://127.0.0.1:8889",
        ca="~/.sigproxy/ca.pem",
        session="shop-1",
        session_started=NOW - 600,
        upstream="hold",
        detection_until=NOW + 86_352,
        rules_version=7,
        rules_folder="rules",
        engine="v8",
        decrypted=("*.segment.com", "*.segment.io"),
        passed_through=61,
    ).model_copy(update=changes)


class FakeControl:
    """Holds the feed in a list; hands out what is there, then waits for more."""

    def __init__(self, records: Iterable[Record] = (), now: ServiceStatus | None = None) -> None:
        self.records = list(records)
        self.now = now or status()
        self.commands: list[Command] = []
        self.followed_since: list[int] = []
        self.refusal: SigproxyError | None = None
        self.running = True
        self._news = asyncio.Event()

    def push(self, *records: Record) -> None:
        self.records.extend(records)
        self._news.set()

    def stop(self) -> None:
        self.running = False
        self._news.set()

    async def status(self) -> ServiceStatus:
        self._check()
        return self.now

    async def command(self, command: Command) -> None:
        self._check()
        if self.refusal:
            raise self.refusal
        self.commands.append(command)

    async def follow(self, since: int) -> AsyncIterator[list[Record]]:
        self.followed_since.append(since)
        while True:
            self._check()
            self._news.clear()
            place = bisect_right(self.records, since, key=lambda record: record.seq)
            fresh = self.records[place : place + BATCH]
            if fresh:
                since = fresh[-1].seq
                yield fresh
            else:
                await self._news.wait()

    def _check(self) -> None:
        if not self.running:
            raise NotRunning("No service answers.", "Start one with `sigproxy run`.")


class Story:
    """Writes records one after the other, numbered as the service numbers them."""

    def __init__(self, start: int = 0, at: float = NOW - 45) -> None:
        self.records: list[Record] = []
        self._seq = start
        self._at = at

    @property
    def next(self) -> int:
        return self._seq + 1

    def add(self, kind: RecordKind, row: Row, at: float | None = None) -> Record:
        self._seq += 1
        payload = row.model_dump(by_alias=True, mode="json")
        record = Record(seq=self._seq, at=self._at if at is None else at, kind=kind, payload=payload)
        self.records.append(record)
        return record

    def signal(self, message: dict[str, Any]) -> SignalRow:
        signal = read_signal(message, f"signal-{self.next}")
        row = SignalRow(
            seq=self.next,
            type=signal.type,
            label=label(signal),
            summary=summary(signal),
            timestamp=signal.timestamp,
            index=signal.index,
            anonymous_id=signal.anonymous_id,
            message_id=signal.message_id,
            data=signal.data,
            context=signal.raw.get("context"),
            page_url=signal.page_url,
            masked=masked_paths(signal.data),
        )
        self.add("signal", row, at=(signal.at_ms or 0) / 1000 + 1.9)
        return row

    def click(self, words: str) -> SignalRow:
        data = {"eventType": "click", "target": {"tagName": "BUTTON", "textContent": words}}
        return self.signal({"properties": {"type": "interaction", "timestamp": "2026-11-20T23:34:00Z", "data": data}})

    def exchange(self, role: Any, status_code: int = 200) -> None:
        row = ExchangeRow(
            seq=self.next,
            id=f"flow-{self.next}",
            role=role,
            method="GET",
            url="https://shop.example/",
            status=status_code,
            request_bytes=0,
            response_bytes=512,
            ms=12,
            answered_by="upstream",
        )
        self.add("exchange", row)

    def event(self, id: str, name: str, **changes: Any) -> EventRow:
        row = EventRow(
            id=id,
            seq=self.next,
            status="held",
            origin="rule",
            confirmed=False,
            type="track",
            name=name,
            rule=name,
            causes=(),
            timestamp="2026-11-20T23:33:21.082Z",
            anonymous_id="c0ffee00-1111-4222-8333-444455556666",
            message_id=f"ajs-next-{id}",
            payload={"type": "track", "event": name, "properties": {"price": 49.95, "currency": "USD"}},
        ).model_copy(update={"seq": self.next, **changes})
        self.add("event", row)
        return row

    def rules(self, *rules: RuleInfo, version: int = 7, error: RulesError | None = None) -> RulesState:
        state = RulesState(
            version=version,
            digest="3f9a12c7d0b4e1",
            folder="~/shop/rules",
            loaded_at=NOW - 12,
            rules=rules,
            error=error,
        )
        self.add("rules", state)
        return state


RULES = (
    RuleInfo(name="Product Added", event="track", file="product_added.yaml", enabled=True, fired=1),
    RuleInfo(name="Signed In", event="identify", file="account/signed_in.yaml", enabled=True, fired=1),
    RuleInfo(name="Page Viewed", event="page", file="page_viewed.yaml", enabled=True, fired=2),
    RuleInfo(name="Order Completed", event="track", file="checkout/order_completed.yaml", enabled=True),
    RuleInfo(name="Wishlist Opened", event="track", file="drafts/wishlist.js", enabled=False),
)

RULES_ERROR = RulesError(
    file="checkout/order_completed.yaml",
    line=12,
    column=24,
    why="Unknown operator `equls`. Did you mean `equals`?",
    excerpt='    - target.textContent equls "Place order"',
)


def shop_visit() -> Story:
    """The recorded tour of the shop, judged by rules: every pane has something to show."""
    story = Story()
    story.add("status", status())
    for role in ("app", "settings", "bundle", "app", "app", "metrics"):
        story.exchange(role)
    story.rules(*RULES)
    by_summary: dict[str, SignalRow] = {}
    for message in signals_on_wire("v1/debug"):
        row = story.signal(message)
        by_summary.setdefault(f"{row.label} {row.summary}", row)
        if row.seq % 5 == 0:
            story.exchange("signals")
    reject = RejectRow(seq=story.next, exchange="flow-9", reason="not JSON: expected `,`", excerpt='{"batch')
    story.add("reject", reject, at=NOW - 2)
    _events(story, by_summary)
    _verdicts(story, by_summary)
    return story


def _events(story: Story, signals: dict[str, SignalRow]) -> None:
    known = iter(signals.values())
    first = next(known)
    click = next(row for row in signals.values() if row.label == "Button click")
    response = next(row for row in signals.values() if row.summary.startswith("200") and row.seq > click.seq)
    statuses: list[dict[str, Any]] = [
        {"status": "delivered", "confirmed": True, "rule": "Page Viewed", "causes": (first.message_id,)},
        {
            "status": "held",
            "confirmed": True,
            "rule": "Product Added",
            "causes": (click.message_id, response.message_id),
        },
        {"status": "held", "confirmed": True, "rule": "Signed In", "causes": (response.message_id,)},
        {"status": "released", "rule": "Page Viewed"},
        {"status": "held", "origin": "app", "rule": None},
    ]
    for number, (message, changes) in enumerate(zip(events_on_wire("v1/debug"), statuses, strict=False)):
        name = message.get("event") or message.get("userId") or message.get("properties", {}).get("title", "")
        story.event(
            f"e{number}",
            name,
            type=message["type"],
            timestamp=message["timestamp"],
            payload=message,
            user_id=message.get("userId"),
            **changes,
        )
    story.event("p1", "Order Completed", status="predicted", message_id=None, timestamp="2026-11-20T23:33:45.512Z")
    story.event("e8", "Coupon Denied", status="failed", reason="Segment answered 400: `event` is too long.")
    story.event("e9", "Mouse Wiggled", status="dropped")


def _verdicts(story: Story, signals: dict[str, SignalRow]) -> None:
    ref = EventRef(id="p1", type="track", name="Order Completed", rule="Order Completed")
    lost = EventRef(id="p0", type="track", name="Cart Viewed", rule="Page Viewed")
    changed = EventRef(id="e1", type="track", name="Product Added", rule="Product Added")
    judged = Judged(version=7, signals=35, before=4, after=4, gained=(ref,), lost=(lost,), changed=(changed,), ms=38)
    story.add("judged", judged)
    last = list(signals.values())[-1]
    why = "TypeError: Cannot read properties of undefined (reading 'price')"
    story.add("rule_failed", RuleFailure(rule="Wishlist Opened", why=why, signal=last.message_id))
