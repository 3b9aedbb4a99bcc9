"""The visitor where there is no browser: a recorded visit, sent through the same proxy with its times moved to now."""

import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import aiohttp

from sigproxy.domain.signal import epoch_ms

type Say = Callable[[str], None]

_TIMES = ("timestamp", "sentAt", "originalTimestamp")


class RecordedVisitor:
    """Replays the uploads of one visit."""

    kind = "replay"

    def __init__(self, session: aiohttp.ClientSession, lines: list[dict[str, Any]]) -> None:
        self._session = session
        self._lines = lines

    async def first_tour(self, say: Say) -> None:
        """Send the visit."""
        say("visits the shop, as recorded")
        await self._send("first")

    async def second_tour(self, say: Say) -> None:
        """Send it again, as another visit."""
        say("visits the shop again, as recorded")
        await self._send("second")

    async def _send(self, tour: str) -> None:
        first = min(line["t_request"] for line in self._lines)
        shift = round(datetime.now(UTC).timestamp() * 1000) - first
        for line in self._lines:
            headers = {name: value for name, value in line["request_headers"] if name not in ("content-length", "host")}
            body = moved(line["request_body"], shift, tour) if line["request_body"] else None
            async with self._session.request(line["method"], line["url"], data=body, headers=headers) as answer:
                await answer.read()


def moved(body: str, shift_ms: int, tour: str) -> bytes:
    """Move an upload's times by some milliseconds and give its messages other ids, so that it is a visit of its own."""

    def move(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: move(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [move(inner) for inner in value]
        if key in _TIMES and isinstance(value, str) and (at := epoch_ms(value)) is not None:
            moment = datetime.fromtimestamp((at + shift_ms) / 1000, UTC)
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"{value}-{tour}-{shift_ms}" if key == "messageId" else value

    return json.dumps(move(json.loads(body))).encode()


@asynccontextmanager
async def replaying(*, proxy: str, ca: str) -> AsyncIterator[RecordedVisitor]:
    """Make ready to replay the shipped visit through a proxy whose authority is `ca`."""
    text = (files("sigproxy.demo") / "recorded_visit.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    trust = ssl.create_default_context(cafile=ca)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust), proxy=f"http://{proxy}") as session:
        yield RecordedVisitor(session, lines)
