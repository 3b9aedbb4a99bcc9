"""One HTTP exchange as plain data: all that the rest of sigproxy knows of the network."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, urlsplit

type Headers = tuple[tuple[str, str], ...]

type AnsweredBy = Literal["upstream", "sigproxy"]


def header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the first value of a header, its name compared without case; None where it is absent."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and, where one came, its response.

    Bodies are the raw bytes of the wire, still compressed if a `content-encoding` header says so.
    """

    id: str
    """Unique per exchange; mitmproxy's flow id where it came through the proxy."""

    method: str
    url: str
    request_headers: Headers
    request_body: bytes
    started: float
    """When the request began, in epoch seconds."""

    http_version: str = "HTTP/1.1"
    status: int | None = None
    """None where no response came; `error` then says why."""

    response_headers: Headers = ()
    response_body: bytes = b""
    ended: float | None = None
    """When the response ended, in epoch seconds; None where none came."""

    client: str = ""
    """The app's side of the connection as `host:port`; empty where it isn't known."""

    error: str | None = None
    answered_by: AnsweredBy = "upstream"
    notes: tuple[str, ...] = field(default=())
    """What capture did to the exchange that its bytes don't show, such as a body too large to keep."""

    @property
    def parts(self) -> SplitResult:
        """The URL, split."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """The URL's host in lower case, without port."""
        return self.parts.hostname or ""

    def request_header(self, name: str) -> str | None:
        """Return the first request header of that name, or None."""
        return header(self.request_headers, name)
