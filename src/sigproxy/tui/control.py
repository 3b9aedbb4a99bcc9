"""The one seam to the back end: all that the terminal interface asks of a service."""

from collections.abc import AsyncIterator
from typing import Protocol

from sigproxy.domain.commands import Command
from sigproxy.domain.records import Record, ServiceStatus


class Control(Protocol):
    """What the app needs; the control API's client is one."""

    def follow(self, since: int) -> AsyncIterator[list[Record]]:
        """Yield the feed in batches: the history from sequence number `since`, then what happens.

        Raises:
            NotRunning: the service went away, or was never there.
        """
        ...

    async def status(self) -> ServiceStatus:
        """Return where the service is now.

        Raises:
            NotRunning: no service answers.
        """
        ...

    async def command(self, command: Command) -> None:
        """Send one decision; its effect arrives on the feed.

        Raises:
            Refused: the service said no, and why.
            NotRunning: no service answers.
        """
        ...
