"""Serves our rules to the app, under the address that the rewritten settings name."""

from mitmproxy import http

from sigproxy.domain.source_settings import BUNDLE_PATH
from sigproxy.proxy.exchange import answer, cors
from sigproxy.proxy.ports import Direction
from sigproxy.proxy.scope import Scope


class RulesBundle:
    """Answers requests for the bundle."""

    def __init__(self, direction: Direction, scope: Scope) -> None:
        self._direction = direction
        self._scope = scope

    def request(self, flow: http.HTTPFlow) -> None:
        """Answer with the rules in force, whatever the digest asked for.

        The sandbox runs whatever comes, an error page too, so there is no other status than 200.
        """
        if flow.response or flow.request.method not in ("GET", "HEAD"):
            return
        if flow.request.path.startswith(BUNDLE_PATH) and self._scope.covers(flow.request.pretty_host):
            headers = {"content-type": "application/javascript; charset=utf-8", "cache-control": "no-store"}
            answer(flow, 200, self._direction.bundle.text.encode(), headers | cors(flow))
