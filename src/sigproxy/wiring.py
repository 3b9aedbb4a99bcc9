"""Puts the parts together: the service, the proxy in front of it and the API behind it, on one event loop."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

from mitmproxy import ctx

from sigproxy.api.server import serve_api
from sigproxy.config import Settings, load_settings
from sigproxy.domain.records import ServiceStatus
from sigproxy.engine.client import Engine
from sigproxy.proxy.addon import addons
from sigproxy.proxy.master import build_master, running
from sigproxy.proxy.ports import ServedBundle
from sigproxy.service import Service
from sigproxy.store import Store


class ServiceDirection:
    """What the proxy is told, read off the service at each use."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.control_api: tuple[str, int] | None = None

    @property
    def detection_on(self) -> bool:
        """Whether the debug flag is put on pages."""
        return self._service.detection_on

    @property
    def app_hosts(self) -> frozenset[str]:
        """Host patterns of the chosen apps."""
        return self._service.app_hosts

    @property
    def segment_at(self) -> str | None:
        """Where everything for Segment's hosts goes instead."""
        return self._service.segment_at

    @property
    def bundle(self) -> ServedBundle:
        """The rules in force."""
        text, version, digest = self._service.bundle
        return ServedBundle(text=text, version=version, digest=digest)


@asynccontextmanager
async def capturing(settings: Settings) -> AsyncIterator[Service]:
    """Run a service without proxy and API, on the session that is to be continued or a new one."""
    store = Store.open(settings.home / "sigproxy.db")
    try:
        store.forget_before(time.time() - settings.retention_hours * 3600)
        session = store.resumable_session(ended_too=settings.resume) or store.start_session("live")
        store.continue_session(session.id)
        async with Service(settings, store, session, Engine(settings.engine)) as service:
            yield service
        store.end_session(session.id)
    finally:
        store.close()


async def serve(settings: Settings, *, ready: Callable[[ServiceStatus], None]) -> None:
    """Run service, proxy and API until told to stop.

    Args:
        settings: What to run.
        ready: Called once the proxy listens.

    Raises:
        SigproxyError: The port is taken, the folder can't be written, no JavaScript engine starts.
    """
    async with capturing(settings) as service:
        direction = ServiceDirection(service)
        master = build_master(
            listen_host=settings.host,
            listen_port=settings.port,
            confdir=settings.home / "ca",
            options=settings.options,
            capture=service,
            direction=direction,
        )
        async with running(master) as (host, port), serve_api(service, home=settings.home) as api:
            direction.control_api = (api.host, api.port)
            service.listening(proxy=f"{host}:{port}", api=api.url, ca=master.ca_path)
            await service.announce()
            api.publish_state()
            with _stopped_by_signals(service.stopped):
                ready(service.status())
                await service.stopped.wait()
        if service.crash:
            raise service.crash


@contextmanager
def _stopped_by_signals(stopped: asyncio.Event) -> Iterator[None]:
    """Let Ctrl+C and `kill` end the service as the stop command does."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError):  # Windows: Ctrl+C arrives as KeyboardInterrupt
        for one in signals:
            loop.add_signal_handler(one, stopped.set)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for one in signals:
                loop.remove_signal_handler(one)


class StockHost:
    """The service inside somebody else's mitmproxy: starts and ends with it, on its loop and its options."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()

    async def running(self) -> None:
        """Start, and take part in the traffic."""
        settings = load_settings()
        service = await self._stack.enter_async_context(capturing(settings))
        api = await self._stack.enter_async_context(serve_api(service, home=settings.home))
        direction = ServiceDirection(service)
        direction.control_api = (api.host, api.port)
        ctx.master.addons.add(*addons(service, direction))
        host, port = _stock_address()
        service.listening(proxy=f"{host}:{port}", api=api.url, ca=_stock_authority())
        await service.announce()
        api.publish_state()

    async def done(self) -> None:
        """End with mitmproxy."""
        await self._stack.aclose()


def _stock_address() -> tuple[str, int]:
    """Return where the stock proxy listens; what it was told where it doesn't (yet)."""
    listening = ctx.master.addons.get("proxyserver").listen_addrs()
    told = (ctx.options.listen_host or "127.0.0.1", ctx.options.listen_port or 8080)
    host, port, *_ = listening[0] if listening else told
    return host, port


def _stock_authority() -> Path:
    return Path(ctx.options.confdir).expanduser() / "mitmproxy-ca-cert.pem"


def stock_addons() -> list[object]:
    """Return the addons for stock mitmproxy: `mitmproxy -s addons/sigproxy.py`."""
    return [StockHost()]
