"""Puts the parts together: the service, the proxy in front of it and the API behind it, on one event loop."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
import time

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
