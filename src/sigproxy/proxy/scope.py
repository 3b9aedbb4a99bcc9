"""Whose traffic is looked into: Segment's hosts and the chosen app's. Everything else passes through unread and is counted."""

from urllib.parse import urlsplit

from mitmproxy import http, tls

from sigproxy.domain.hosts import is_segment, matches_any
from sigproxy.proxy.exchange import DONE, URL, answer
from sigproxy.proxy.ports import Capture, Direction

_LOOPBACK = ("127.0.0.1", "localhost", "::1", "0.0.0.0")


class Scope:
    """Decides what is opened, and where requests for Segment go."""

    def __init__(self, capture: Capture, direction: Direction) -> None:
        self._capture = capture
        self._direction = direction
        self.learned: set[str] = set()
        """Hosts that a source's settings name for uploads."""

    def takes_uploads(self, host: str) -> bool:
        """Whether uploads to a host are answered here."""
        return is_segment(host) or host in self.learned

    def covers(self, host: str) -> bool:
        """Whether a host's traffic is looked into."""
        return self.takes_uploads(host) or matches_any(host, self._direction.app_hosts)

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Relay the connection unopened unless its host is covered."""
        address = data.context.server.address
        host = data.client_hello.sni or (address[0] if address else "")
        if not self.covers(host):
            data.ignore_connection = True
            self._capture.passed_through(host)

    def request(self, flow: http.HTTPFlow) -> None:
        """Keep the control API out of reach, and send what is for Segment to the stand-in if there is one."""
        flow.metadata[URL] = flow.request.pretty_url
        host, port = flow.request.host, flow.request.port
        api = self._direction.control_api
        if api and port == api[1] and (host.lower().rstrip(".") in _LOOPBACK or host == api[0]):
            flow.metadata[DONE] = True
            answer(flow, 403, b"sigproxy's control API can't be reached through the proxy.\n", {"content-type": "text/plain"})
        elif self._direction.segment_at and is_segment(flow.request.pretty_host):
            _send_to(flow, self._direction.segment_at)


def _send_to(flow: http.HTTPFlow, url: str) -> None:
    """Change where a request goes, and nothing that it says: the Host header stays."""
    parts = urlsplit(url)
    flow.request.data.host = parts.hostname or "127.0.0.1"
    flow.request.data.scheme = parts.scheme.encode()
    flow.request.data.port = parts.port or (443 if parts.scheme == "https" else 80)
