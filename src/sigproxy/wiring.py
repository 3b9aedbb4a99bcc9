"""Puts the parts together: the service, the proxy in front of it and the API behind it, on one event loop."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sigproxy.api.server import serve_api
from sigproxy.config import Settings
from sigproxy.domain.records import ServiceStatus
from sigproxy.engine.client import Engine
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
        session = store.resumable_session() or store.start_session("live")
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
            service.listening(proxy=f"{host}:{port}", api=api.url, ca=master.ca_path)
            direction.control_api = (api.host, api.port)
            await service.announce()
            with _stopped_by_signals(service.stopped):
                ready(service.status())
                await service.stopped.wait()
