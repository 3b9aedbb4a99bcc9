"""The API's server: three routes, on a loopback port of its own.

`GET /v1/status` a ServiceStatus; `GET /v1/feed?since=N` a WebSocket of JSON arrays of records; `POST /v1/commands` a command,
202 when accepted, 409 `{"error", "hint"}` when refused, 422 when it isn't one.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson
from aiohttp import WSCloseCode, web
from pydantic import ValidationError

from sigproxy.api.auth import require
from sigproxy.api.state_file import ServiceState, remove_state, write_state
from sigproxy.domain.commands import COMMAND, Command
from sigproxy.domain.records import Record, ServiceStatus
from sigproxy.errors import Refused


class ServicePort(Protocol):
    """What the API needs of the service."""

    def status(self) -> ServiceStatus:
        """Say where it is and what it does."""

    def follow(self, since: int) -> AsyncIterator[list[Record]]:
        """Yield records after a number, for ever."""

    async def command(self, command: Command) -> None:
        """Carry out a command; raises Refused."""


@dataclass(frozen=True, slots=True)
class ApiAddress:
    """Where the API listens."""

    host: str
    port: int
    publish_state: Callable[[], None]
    """Lets clients find it: writes the state file."""

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://{self.host}:{self.port}"


_SERVICE = web.AppKey("service", ServicePort)
_SOCKETS = web.AppKey("sockets", set[web.WebSocketResponse])


def make_app(service: ServicePort, token: str) -> web.Application:
    """Build the application; every route needs the token."""
    app = web.Application(middlewares=[require(token)])
    app[_SERVICE] = service
    app[_SOCKETS] = set()
    app.add_routes(
        [web.get("/v1/status", _status), web.get("/v1/feed", _feed), web.post("/v1/commands", _command)],
    )
    app.on_shutdown.append(_close_sockets)
    return app


@asynccontextmanager
async def serve_api(service: ServicePort, *, home: Path) -> AsyncIterator[ApiAddress]:
    """Serve on a free loopback port until the end of the block."""
    token = secrets.token_urlsafe(32)
    runner = web.AppRunner(make_app(service, token), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]

        def publish_state() -> None:
            status = service.status()
            state = ServiceState(
                pid=os.getpid(),
                api=f"http://{host}:{port}",
                token=token,
                proxy=status.proxy,
                ca=status.ca,
                session=status.session,
                started=time.time(),
            )
            write_state(home, state)

        yield ApiAddress(host, port, publish_state)
    finally:
        remove_state(home)
        await runner.cleanup()


async def _status(request: web.Request) -> web.Response:
    return _json(request.app[_SERVICE].status().model_dump(by_alias=True, mode="json"))


async def _command(request: web.Request) -> web.Response:
    try:
        command = COMMAND.validate_json(await request.read())
    except ValidationError as problem:
        return _json({"error": f"Not a command: {problem.errors()[0]['msg']}.", "hint": ""}, status=422)
    try:
        await request.app[_SERVICE].command(command)
    except Refused as refusal:
        return _json({"error": refusal.message, "hint": refusal.hint}, status=409)
    return _json({}, status=202)


async def _feed(request: web.Request) -> web.StreamResponse:
    try:
        since = int(request.query.get("since", "0"))
    except ValueError:
        return _json({"error": "`since` must be a number.", "hint": ""}, status=422)
    socket = web.WebSocketResponse(heartbeat=20, compress=False)
    await socket.prepare(request)
    request.app[_SOCKETS].add(socket)
    sending = asyncio.ensure_future(_send(socket, request.app[_SERVICE].follow(since)))
    try:
        async for _ in socket:
            pass
    finally:
        request.app[_SOCKETS].discard(socket)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
    return socket


async def _send(socket: web.WebSocketResponse, feed: AsyncIterator[list[Record]]) -> None:
    with suppress(ConnectionError):
        async for batch in feed:
            await socket.send_bytes(orjson.dumps([record.model_dump() for record in batch]))


async def _close_sockets(app: web.Application) -> None:
    for socket in [*app[_SOCKETS]]:
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the service ends")


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
