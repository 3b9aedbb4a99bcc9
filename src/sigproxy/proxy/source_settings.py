"""Rewrites the settings that Segment serves an app, so that it loads our rules."""

import re

from mitmproxy import http

from sigproxy.domain.source_settings import rewrite, upload_host
from sigproxy.proxy.exchange import NOTES, cors
from sigproxy.proxy.ports import Direction
from sigproxy.proxy.scope import Scope

_PATH = re.compile(r"/projects/[^/]+/settings/?(\?.*)?$")
_VALIDATORS = ("etag", "last-modified", "expires", "age")


class SourceSettings:
    """Watches for the settings document."""

    def __init__(self, direction: Direction, scope: Scope) -> None:
        self._direction = direction
        self._scope = scope

    def request(self, flow: http.HTTPFlow) -> None:
        """Ask for the whole document: what the app kept from before would be used unchanged."""
        if self._is_settings(flow):
            for name in ("if-none-match", "if-modified-since"):
                flow.request.headers.pop(name, None)

    def response(self, flow: http.HTTPFlow) -> None:
        """Rewrite it; one that can't be is passed on as it is."""
        response = flow.response
        if not response or not self._is_settings(flow) or not 200 <= response.status_code < 300:
            return
        bundle = self._direction.bundle
        try:
            document = response.get_content(strict=True) or b""
            rewritten = rewrite(document, version=bundle.version, digest=bundle.digest)
        except ValueError as problem:
            flow.metadata[NOTES] = (f"settings not rewritten: {problem}",)
            return
        host = upload_host(document)
        if host:
            self._scope.learned.add(host)
        response.headers.pop("content-encoding", None)
        response.content = rewritten
        for name in _VALIDATORS:
            response.headers.pop(name, None)
        response.headers["cache-control"] = "no-store"
        if "access-control-allow-origin" not in response.headers:
            response.headers.update(cors(flow))

    def _is_settings(self, flow: http.HTTPFlow) -> bool:
        return flow.request.method == "GET" and bool(_PATH.search(flow.request.path))
