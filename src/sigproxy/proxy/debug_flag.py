"""Turns the SDK's debug mode on: pages of the app get the flags in their address, by a redirect."""

import time
from urllib.parse import urlsplit

from mitmproxy import http

from sigproxy.domain.debug_flag import flagged
from sigproxy.domain.hosts import matches_any
from sigproxy.proxy.answers import answer
from sigproxy.proxy.ports import Direction

AGAIN_SECONDS = 5.0
"""A site that redirects back to the address without flags is not redirected again within this time."""


class DebugFlag:
    """Redirects navigations."""

    def __init__(self, direction: Direction) -> None:
        self._direction = direction
        self._flagged_origins: set[tuple[str, str]] = set()
        self._redirected: dict[tuple[str, str], float] = {}

    def request(self, flow: http.HTTPFlow) -> None:
        """Redirect a navigation of the app that lacks the flags."""
        if flow.response or not self._direction.detection_on:
            return
        if not matches_any(flow.request.pretty_host, self._direction.app_hosts):
            return
        url = flow.request.pretty_url
        origin = urlsplit(url)[:2]
        headers = {name.lower(): value for name, value in flow.request.headers.items()}
        target = flagged(flow.request.method, url, headers, origin_known=origin in self._flagged_origins)
        if target and self._is_first(flow, url):
            self._flagged_origins.add((origin[0], origin[1]))
            answer(flow, 307, headers={"location": target, "cache-control": "no-store"})

    def _is_first(self, flow: http.HTTPFlow, url: str) -> bool:
        now = time.monotonic()
        self._redirected = {key: at for key, at in self._redirected.items() if now - at < AGAIN_SECONDS}
        key = (str(flow.client_conn.peername[0] if flow.client_conn.peername else ""), url)
        if key in self._redirected:
            return False
        self._redirected[key] = now
        return True
