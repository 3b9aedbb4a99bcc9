"""Sending held events on to Segment, one by one, as the app would have."""

import asyncio
from typing import Self

import aiohttp
import orjson

from sigproxy.domain.event import AppEvent
from sigproxy.transaction import Wire

TIMEOUT = 20.0
"""Seconds for one event."""

AT_ONCE = 6
"""Events on their way at the same time; Segment recommends under 1,000 a second for a workspace."""


class Sender:
    """Posts events to the tracking API, or to the stand-in for it."""

    def __init__(self, segment_at: str | None) -> None:
        self._segment_at = segment_at.rstrip("/") if segment_at else None
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def send(self, event: AppEvent, wire: Wire) -> str | None:
        """Send one event.

        The body is the app's own message with its messageId, so Segment drops it if it ever got it before.

        Returns:
            None if Segment took it (which its 2xx doesn't prove: it says 200 to nearly everything), else why not.
        """
        assert self._session, "the sender is used as a context manager"
        path = f"/v1/{event.type[0]}"
        url = (self._segment_at or f"https://{wire.host}") + path
        headers = {"content-type": "application/json"} | wire.headers | {"host": wire.host}
        try:
            async with self._slots, self._session.post(url, data=orjson.dumps(wire.message), headers=headers) as answer:
                if answer.status < 300:
                    return None
                said = (await answer.text())[:200].strip()
                return f"{wire.host} answered {answer.status}" + (f": {said}" if said else "")
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            return f"{wire.host} could not be reached: {str(problem) or type(problem).__name__}"
