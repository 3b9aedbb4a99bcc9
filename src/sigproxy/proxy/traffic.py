"""Captures everything else that is looked into, beside the traffic."""

from mitmproxy import http

from sigproxy.proxy.exchange import DONE, NOT_KEPT, REQUEST_NOT_KEPT, note, reduce
from sigproxy.proxy.ports import Capture
from sigproxy.proxy.scope import Scope

_ENDLESS = ("text/event-stream", "audio/", "video/", "application/octet-stream", "application/grpc")


class Traffic:
    """Hands finished flows on."""

    def __init__(self, capture: Capture, scope: Scope) -> None:
        self._capture = capture
        self._scope = scope

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Note a body that isn't kept."""
        if flow.request.stream:
            note(flow, REQUEST_NOT_KEPT)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let what is long or endless pass as it comes, unkept; keep browsers off HTTP/3, which can't be read."""
        response = flow.response
        if not response:
            return
        response.headers.pop("alt-svc", None)
        if response.headers.get("content-type", "").lower().startswith(_ENDLESS):
            response.stream = True
        if response.stream is True:
            note(flow, NOT_KEPT)

    async def response(self, flow: http.HTTPFlow) -> None:
        """Hand on an answered request."""
        await self._hand_on(flow)

    async def error(self, flow: http.HTTPFlow) -> None:
        """Hand on a request that got no answer."""
        await self._hand_on(flow)

    async def _hand_on(self, flow: http.HTTPFlow) -> None:
        if flow.metadata.get(DONE):
            return
        flow.metadata[DONE] = True
        if self._scope.takes_part(flow):
            await self._capture.exchanged(reduce(flow))
