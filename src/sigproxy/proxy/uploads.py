"""Takes the SDK's uploads: stored first, then answered here. Nothing of them goes upstream by itself."""

import re
from dataclasses import replace

from mitmproxy import http

from sigproxy.domain.upload import decode
from sigproxy.ingest import CaptureError
from sigproxy.proxy.exchange import DONE, answer, cors, reduce
from sigproxy.proxy.ports import Capture
from sigproxy.proxy.scope import Scope

_UPLOAD_PATH = re.compile(r"/(b|batch|import|t|track|i|identify|p|page|s|screen|g|group|a|alias|m)/?(\?.*)?$")
_HARMLESS = ("GET", "HEAD", "OPTIONS")


class Uploads:
    """Answers for Segment's upload hosts."""

    def __init__(self, capture: Capture, scope: Scope) -> None:
        self._capture = capture
        self._scope = scope

    async def request(self, flow: http.HTTPFlow) -> None:
        """Answer a preflight, or store an upload and answer it."""
        if flow.response:
            return
        to_segment = self._scope.takes_uploads(flow.request.pretty_host)
        if to_segment and flow.request.method == "OPTIONS":
            _answer_preflight(flow)
        elif (to_segment and flow.request.method not in _HARMLESS) or _is_upload(flow):
            await self._take(flow)

    async def _take(self, flow: http.HTTPFlow) -> None:
        flow.metadata[DONE] = True
        headers = {"content-type": "application/json"} | cors(flow)
        answer(flow, 200, b'{"success":true}', headers)
        try:
            await self._capture.uploaded(replace(reduce(flow), ended=flow.request.timestamp_end))
        except CaptureError as problem:
            # The SDK keeps its batch and sends it again.
            answer(flow, 503, problem.message.encode(), {"content-type": "text/plain"} | cors(flow))


def _is_upload(flow: http.HTTPFlow) -> bool:
    """Apps may send to a host of their own, so the body decides there."""
    if flow.request.method != "POST":
        return False
    exchange = reduce(flow)
    if not _UPLOAD_PATH.search(flow.request.path) and b"Segment Signal Generated" not in exchange.request_body:
        return False
    if b'"writeKey"' not in exchange.request_body and "authorization" not in flow.request.headers:
        return False
    found = decode(exchange)
    return bool(found.signals or (found.events and not found.rejects))


def _answer_preflight(flow: http.HTTPFlow) -> None:
    """Say yes: analytics-next from 1.84 sends `Authorization`, so browsers ask before each upload."""
    asked = flow.request.headers.get("access-control-request-headers")
    headers = {
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-headers": asked or "authorization, content-type, x-retry-count",
        "access-control-max-age": "600",
    }
    answer(flow, 204, headers=headers | cors(flow))
