"""The one thread that writes: order is kept, and the event loop never waits for a disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sigproxy.feed import Feed
from sigproxy.store import Store
from sigproxy.transaction import Transaction


class Writer:
    """Runs transactions of one session in order and publishes what they record."""

    def __init__(self, store: Store, session: str, feed: Feed) -> None:
        self.store = store
        self.session = session
        self._feed = feed
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sigproxy-writer")

    async def write(self, work: Callable[[Transaction], None]) -> None:
        """Commit what `work` writes, then publish its records.

        Raises:
            sqlite3.Error: It couldn't be stored; then nothing of it is.
        """
        loop = asyncio.get_running_loop()
        # Shielded: a caller that gives up must not leave records stored but unpublished.
        await asyncio.shield(loop.create_task(self._commit(work)))

    async def _commit(self, work: Callable[[Transaction], None]) -> None:
        transaction = await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)
        self._feed.publish(transaction.records)

    def _run(self, work: Callable[[Transaction], None]) -> Transaction:
        with self.store.transaction(self.session) as transaction:
            work(transaction)
        return transaction

    def close(self) -> None:
        """Wait for the transaction under way and end the thread."""
        self._thread.shutdown(wait=True)
