"""The API's client, for the TUI and the commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import orjson

from sigproxy.api.state_file import ServiceState, read_state
from sigproxy.domain.commands import Command
from sigproxy.domain.records import Record, ServiceStatus
from sigproxy.errors import NotRunning, Refused

_BIGGEST_BATCH = 512 * 1024 * 1024


def not_running() -> NotRunning:
    """Say that no service answers."""
    return NotRunning("No sigproxy service is running.", "Start one with `sigproxy`, or `sigproxy run --headless`.")


class ControlClient:
    """A connection to the service of a state folder, whichever runs there now: one that was restarted is found again."""

    def __init__(self, session: aiohttp.ClientSession, home: Path) -> None:
        self._session = session
        self._home = home

    @classmethod
    @asynccontextmanager
    async def connect(cls, home: Path) -> AsyncIterator["ControlClient"]:
        """Connect to the service of a state folder.

        Raises:
            NotRunning: None answers there.
        """
        async with aiohttp.ClientSession() as session:
            client = cls(session, home)
            await client.status()
            yield client

    @property
    def state(self) -> ServiceState:
        """Where the service is; read anew each time, as a restart changes it.

        Raises:
            NotRunning: None runs.
        """
        state = read_state(self._home)
        if state is None:
            raise not_running()
        return state

    def _way(self, path: str) -> tuple[str, dict[str, str]]:
        state = self.state
        return state.api + path, {"Authorization": f"Bearer {state.token}"}

    async def status(self) -> ServiceStatus:
        """Return where the service is and what it does.

        Raises:
            NotRunning: It has gone.
        """
        url, headers = self._way("/v1/status")
        try:
            async with self._session.get(url, headers=headers) as answer:
                if answer.status != 200:
                    raise not_running()
                return ServiceStatus.model_validate_json(await answer.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise not_running() from problem

    async def follow(self, since: int) -> AsyncIterator[list[Record]]:
        """Yield records after a number, history first, then live.

        Raises:
            NotRunning: The service has gone.
        """
        url, headers = self._way(f"/v1/feed?since={since}")
        try:
            async with self._session.ws_connect(url, headers=headers, max_msg_size=_BIGGEST_BATCH) as socket:
                async for message in socket:
                    if message.type == aiohttp.WSMsgType.BINARY:
                        yield [Record.model_construct(**record) for record in orjson.loads(message.data)]
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise not_running() from problem
        raise not_running()

    async def command(self, command: Command) -> None:
        """Have a command carried out.

        Raises:
            Refused: The service said no; says why.
            NotRunning: It has gone.
        """
        url, headers = self._way("/v1/commands")
        try:
            async with self._session.post(url, headers=headers, data=command.model_dump_json().encode()) as answer:
                if answer.status != 202:
                    refusal = orjson.loads(await answer.read())
                    raise Refused(refusal["error"], refusal["hint"])
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise not_running() from problem
