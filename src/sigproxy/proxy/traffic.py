"""Captures everything else that is looked into, beside the traffic."""

from mitmproxy import http

from sigproxy.proxy.exchange import DONE, NOTES, reduce
from sigproxy.proxy.ports import Capture, Direction
from sigproxy.proxy.scope import Scope

_STREAMED = ("text/event-stream", "audio/", "video/", "application/octet-stream", "application/grpc")


class Traffic:
    """Hands finished flows on."""

    def __init__(self, capture: Capture, direction: Direction, scope: Scope) -> None:
        self._capture = capture
        self._direction = direction
        self._scope = scope

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let what is long or endless pass as it comes, unkept; keep browsers off HTTP/3, which can't be read."""
        response = flow.response
        if not response:
            return
        response.headers.pop("alt-svc", None)
        if response.headers.get("content-type", "").startswith(_STREAMED):
            response.stream = True
        if response.stream:
            flow.metadata[NOTES] = ("body not kept: streamed",)

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
        # Without a chosen app all plain http is taken for it.
        if not self._direction.app_hosts or self._scope.covers(flow.request.pretty_host):
            await self._capture.exchanged(reduce(flow))
