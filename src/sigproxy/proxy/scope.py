"""Whose traffic is looked into: Segment's hosts and the chosen app's. Everything else passes through unread and is counted."""

from urllib.parse import urlsplit

from mitmproxy import http, tls
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from sigproxy.domain.hosts import is_loopback, is_segment, matches_any
from sigproxy.proxy.answers import TEXT, answer
from sigproxy.proxy.exchange import DONE, URL, original_url
from sigproxy.proxy.ports import Capture, Direction

OUT_OF_REACH = "sigproxy's control API can't be reached through the proxy."


class Scope:
    """Decides what is opened, and where requests for Segment go."""

    def __init__(self, capture: Capture, direction: Direction) -> None:
        self._capture = capture
        self._direction = direction
        self.upload_hosts: set[str] = set()
        """Hosts that a source's settings name for uploads."""
        self.rules_hosts: set[str] = set()
        """Hosts that a source's settings name for its rules."""

    def is_segments(self, flow: http.HTTPFlow) -> bool:
        """Whether a request is for Segment, by its address or by the host it names."""
        return is_segment(flow.request.host) or is_segment(flow.request.pretty_host)

    def takes_uploads(self, host: str) -> bool:
        """Whether a host exists for uploads; on the app's own hosts it takes a look at the body."""
        return is_segment(host) or (host in self.upload_hosts and not self._is_app(host))

    def covers(self, host: str) -> bool:
        """Whether a host's traffic is looked into."""
        return is_segment(host) or host in self.upload_hosts | self.rules_hosts or self._is_app(host)

    def takes_part(self, flow: http.HTTPFlow) -> bool:
        """Whether a request is one of those looked into. Without a chosen app all plain http is taken for it."""
        return not self._direction.app_hosts or self.covers(flow.request.pretty_host)

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Relay the connection unopened unless its host is covered."""
        address = data.context.server.address
        host = data.client_hello.sni or (address[0] if address else "")
        if not self.covers(host):
            data.ignore_connection = True
            self._capture.passed_through(host)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Keep the control API out of reach, and send what is for Segment to the stand-in if there is one.

        At the headers, as a body that is streamed is on its way upstream before the `request` hook.
        """
        flow.metadata[URL] = original_url(flow)
        if self._is_control_api(flow.request.host, flow.request.port):
            flow.metadata[DONE] = True
            flow.request.stream = False
            answer(flow, 403, f"{OUT_OF_REACH}\n".encode(), {"content-type": TEXT})
        elif self._direction.segment_at and self.is_segments(flow):
            _send_to(flow, self._direction.segment_at)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Refuse what reaches for the control API without being a request, such as raw bytes in a CONNECT tunnel."""
        if data.server.address and self._is_control_api(*data.server.address[:2]):
            data.server.error = OUT_OF_REACH

    def _is_app(self, host: str) -> bool:
        return matches_any(host, self._direction.app_hosts)

    def _is_control_api(self, host: str, port: int) -> bool:
        api = self._direction.control_api
        return api is not None and port == api[1] and (host == api[0] or is_loopback(host))


def _send_to(flow: http.HTTPFlow, url: str) -> None:
    """Change where a request goes, and nothing that it says: the Host header stays."""
    parts = urlsplit(url)
    flow.request.data.host = parts.hostname or "127.0.0.1"
    flow.request.data.scheme = parts.scheme.encode()
    flow.request.data.port = parts.port or (443 if parts.scheme == "https" else 80)
