"""Rewrites the settings that Segment serves an app, so that it loads our rules."""

import re

from mitmproxy import http

from sigproxy.domain.source_settings import is_settings_document, rewrite, rules_host, upload_host
from sigproxy.proxy.answers import cors
from sigproxy.proxy.exchange import note
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
        if self._is_asked_for(flow):
            for name in ("if-none-match", "if-modified-since"):
                flow.request.headers.pop(name, None)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Have it whole."""
        if flow.response and self._is_asked_for(flow):
            flow.response.stream = False

    def response(self, flow: http.HTTPFlow) -> None:
        """Rewrite it; one that can't be is passed on as it is."""
        response = flow.response
        if not response or not self._is_asked_for(flow) or not 200 <= response.status_code < 300:
            return
        try:
            document = response.get_content(strict=True) or b""
            if is_settings_document(document):
                self._rewrite(flow, response, document)
        except ValueError as problem:
            note(flow, f"settings not rewritten: {problem}")

    def _rewrite(self, flow: http.HTTPFlow, response: http.Response, document: bytes) -> None:
        bundle = self._direction.bundle
        rewritten = rewrite(document, version=bundle.version, digest=bundle.digest)
        self._scope.rules_hosts.add(rules_host(document))
        if host := upload_host(document):
            self._scope.upload_hosts.add(host)
        response.headers.pop("content-encoding", None)
        response.content = rewritten
        for name in _VALIDATORS:
            response.headers.pop(name, None)
        response.headers["cache-control"] = "no-store"
        if "access-control-allow-origin" not in response.headers:
            response.headers.update(cors(flow))

    def _is_asked_for(self, flow: http.HTTPFlow) -> bool:
        return flow.request.method == "GET" and bool(_PATH.search(flow.request.path)) and self._scope.takes_part(flow)
