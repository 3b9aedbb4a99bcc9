"""Serves our rules to the app, under the address that the rewritten settings name."""

from mitmproxy import http

from sigproxy.domain.source_settings import is_bundle_path
from sigproxy.proxy.answers import JAVASCRIPT, answer, answer_preflight, cors
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
        request = flow.request
        if flow.response or not is_bundle_path(request.path) or not self._scope.covers(request.pretty_host):
            return
        if request.method == "OPTIONS":
            answer_preflight(flow)
        elif request.method in ("GET", "HEAD"):
            headers = {"content-type": JAVASCRIPT, "cache-control": "no-store"}
            answer(flow, 200, self._direction.bundle.text.encode(), headers | cors(flow))
