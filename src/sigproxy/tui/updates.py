"""The back end as one endless stream of messages, surviving every stop of the service."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sigproxy.domain.records import Record, ServiceStatus
from sigproxy.errors import NotRunning
from sigproxy.tui.control import Control


@dataclass(frozen=True, slots=True)
class Connected:
    """The service answered; records of `status.session` follow."""

    status: ServiceStatus


@dataclass(frozen=True, slots=True)
class Arrived:
    """Some records, in feed order."""

    records: list[Record]


@dataclass(frozen=True, slots=True)
class Lost:
    """The service stopped, or wasn't there."""

    why: str


type Update = Connected | Arrived | Lost


async def updates(control: Control, *, session: str | None, since: int, retry: float) -> AsyncIterator[Update]:
    """Follow the feed for ever, trying again `retry` seconds after each loss.

    Args:
        control: the back end.
        session: id of the session already known, or None.
        since: last sequence number seen of that session. Numbering is not carried into another session,
            so when the service comes back with a new one the feed is read from its start.
        retry: seconds between attempts.
    """
    while True:
        try:
            status = await control.status()
            if status.session != session:
                session, since = status.session, 0
            yield Connected(status)
            async for batch in control.follow(since):
                yield Arrived(batch)
                since = max(since, *(record.seq for record in batch)) if batch else since
            why = "The service closed the feed."
        except NotRunning as error:
            why = error.message
        yield Lost(why)
        await asyncio.sleep(retry)
