"""The one ordered stream that every client follows: history first, then live, on the same channel."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

from sigproxy.domain.records import Record

BATCH = 500
"""Records handed over at once, at most."""

type History = Callable[[int, int], list[Record]]
"""(since, limit) → records after number `since`, in order."""


class Feed:
    """Fans records out in order. A slow client costs nothing: it reads on from where it stands, out of the store."""

    def __init__(self, history: History, *, recent: int = 5_000) -> None:
        self._history = history
        self._recent: deque[Record] = deque(maxlen=recent)
        self._followers: set[asyncio.Event] = set()

    def publish(self, records: Sequence[Record]) -> None:
        """Announce records, already stored, in order."""
        self._recent.extend(records)
        for follower in self._followers:
            follower.set()

    async def follow(self, since: int) -> AsyncIterator[list[Record]]:
        """Yield all records after number `since` in batches, then wait for more, for ever."""
        news = asyncio.Event()
        self._followers.add(news)
        try:
            while True:
                news.clear()
                while batch := await self._after(since):
                    since = batch[-1].seq
                    yield batch
                await news.wait()
        finally:
            self._followers.discard(news)

    async def _after(self, since: int) -> list[Record]:
        if self._recent and self._recent[0].seq <= since + 1:
            return [record for record in self._recent if record.seq > since][:BATCH]
        return await asyncio.to_thread(self._history, since, BATCH)
