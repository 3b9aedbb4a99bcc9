"""Takes the SDK's uploads: stored first, then answered here. Nothing of them goes upstream by itself."""

import re

from mitmproxy import http

from sigproxy.domain.signal import SIGNAL_EVENT
from sigproxy.domain.upload import decode, unpacked
from sigproxy.ingest import CaptureError
from sigproxy.proxy.answers import JSON, TEXT, answer, answer_preflight, cors
from sigproxy.proxy.exchange import DONE, reduce
from sigproxy.proxy.ports import Capture
from sigproxy.proxy.scope import Scope

_PATH = re.compile(r"/v1/(b|batch|import|t|track|i|identify|p|page|s|screen|g|group|a|alias|m)/?(\?.*)?$")
_READING = ("GET", "HEAD", "OPTIONS")
_NOT_STORED = b"The capture could not be written.\n"


class Uploads:
    """Answers for the hosts that take uploads."""

    def __init__(self, capture: Capture, scope: Scope) -> None:
        self._capture = capture
        self._scope = scope

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Have an upload whole: a streamed one would be upstream before it is seen."""
        if self._is_addressed(flow):
            flow.request.stream = False

    async def request(self, flow: http.HTTPFlow) -> None:
        """Answer a preflight, or store an upload and answer it."""
        if flow.response:
            return
        addressed = self._is_addressed(flow)
        if addressed and flow.request.method == "OPTIONS":
            answer_preflight(flow)
        elif (addressed and flow.request.method not in _READING) or _is_upload(flow):
            await self._take(flow)

    def _is_addressed(self, flow: http.HTTPFlow) -> bool:
        """Whether a request is an upload, or asks about one, by where it goes.

        All of Segment's hosts are closed to whatever sends; elsewhere it must be a path of the tracking API.
        """
        host = flow.request.pretty_host
        if self._scope.is_segments(flow):
            return True
        return self._scope.takes_uploads(host) and flow.request.method in ("POST", "OPTIONS") and _has_path(flow)

    async def _take(self, flow: http.HTTPFlow) -> None:
        flow.metadata[DONE] = True
        success = {"content-type": JSON} | cors(flow)
        failure = {"content-type": TEXT} | cors(flow)
        answer(flow, 200, b'{"success":true}', success)
        stored = reduce(flow)
        # Stands until it is stored, whatever goes wrong: the SDK keeps its batch and sends it again.
        answer(flow, 503, _NOT_STORED, failure)
        try:
            await self._capture.uploaded(stored)
        except CaptureError as problem:
            answer(flow, 503, f"{problem.message}\n".encode(), failure)
        else:
            answer(flow, 200, b'{"success":true}', success)


def _has_path(flow: http.HTTPFlow) -> bool:
    return bool(_PATH.search(flow.request.path))


def _is_upload(flow: http.HTTPFlow) -> bool:
    """Whether a body is an upload; SDKs can be told to send to any host and path.

    A path or a shape alone isn't enough: an app's own `POST /v1/group` is nobody's business.
    """
    if flow.request.method != "POST" or not flow.request.raw_content:
        return False
    try:
        body = unpacked(flow.request.raw_content, flow.request.headers.get("content-encoding"))
    except ValueError:
        return False
    if not _is_marked(body, flow.request.headers.get("authorization", "")):
        return False
    found = decode(reduce(flow))
    return bool(found.signals or found.events)


def _is_marked(body: bytes, authorization: str) -> bool:
    """Whether a body bears what only Segment's SDKs write: a write key, in it or as Basic user, or the signals' event name."""
    if b'"writeKey"' in body or SIGNAL_EVENT.encode() in body:
        return True
    return authorization.startswith("Basic ") and b'"messageId"' in body
