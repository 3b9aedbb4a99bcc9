"""What the addons need of the service: somewhere to put what they see, and word of what to do."""

from dataclasses import dataclass
from typing import Protocol

from sigproxy.domain.exchange import Exchange


@dataclass(frozen=True, slots=True)
class ServedBundle:
    """The rules' script as apps get it."""

    text: str
    version: int
    digest: str


class Capture(Protocol):
    """Takes what was seen."""

    async def uploaded(self, exchange: Exchange) -> None:
        """Store an upload; durable on return. Raises CaptureError."""

    async def exchanged(self, exchange: Exchange) -> None:
        """Take any other exchange; returns at once."""

    def passed_through(self, host: str) -> None:
        """Count a connection that is relayed unopened."""


class Direction(Protocol):
    """Says what to do; read at each use, as it changes."""

    @property
    def detection_on(self) -> bool:
        """Whether pages get the debug flag."""

    @property
    def app_hosts(self) -> frozenset[str]:
        """Host patterns of the chosen apps."""

    @property
    def bundle(self) -> ServedBundle:
        """The rules in force."""

    @property
    def segment_at(self) -> str | None:
        """URL that gets everything meant for Segment's hosts; None for Segment itself."""

    @property
    def control_api(self) -> tuple[str, int] | None:
        """Host and port that no proxied app may reach."""
