"""Lets large bodies pass as they come, so that the app waits no longer than without a proxy.

mitmproxy's own `stream_large_bodies` can't be used: it also streams uploads, to Segment, before any hook sees them.
Addons that need a whole body run after this one and take `stream` back at the headers.
"""

from mitmproxy import http
from mitmproxy.net.http.http1 import expected_http_body_size

from sigproxy.proxy.exchange import ANSWERED, NOT_KEPT, note

LARGE = 1 << 20
"""Bytes above which a body isn't kept."""


class Kept:
    """Passes a body of unknown size on piece by piece, and keeps it while it isn't large."""

    def __init__(self) -> None:
        self.body: bytearray | None = bytearray()
        """None once it has grown too large."""

    def __call__(self, piece: bytes) -> bytes:
        """Take a piece; gives what is passed on."""
        if self.body is not None:
            self.body += piece
            if len(self.body) > LARGE:
                self.body = None
        return piece


class LargeBodies:
    """Decides which bodies are streamed."""

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Stream a request that announces a large body."""
        flow.request.stream = (_size(flow.request, None) or 0) > LARGE

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Stream a response that is large, or that doesn't say how large it is."""
        response = flow.response
        if not response or flow.metadata.get(ANSWERED) or response.status_code == 101:
            return
        size = _size(flow.request, response)
        response.stream = Kept() if size is None else size > LARGE

    def response(self, flow: http.HTTPFlow) -> None:
        """Put what was kept where the other addons look for it."""
        _restore(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """Put what was kept of a response that broke off where the other addons look for it."""
        _restore(flow)


def _restore(flow: http.HTTPFlow) -> None:
    if not flow.response or not isinstance(flow.response.stream, Kept):
        return
    kept = flow.response.stream.body
    if kept is None:
        note(flow, NOT_KEPT)
    else:
        flow.response.data.content = bytes(kept)


def _size(request: http.Request, response: http.Response | None) -> int | None:
    """Return the bytes that a body announces; None where it doesn't."""
    try:
        size = expected_http_body_size(request, response)
    except ValueError:
        return None
    return None if size is None or size < 0 else size
