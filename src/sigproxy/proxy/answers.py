"""Answers given here instead of upstream, and the headers browsers want on them."""

from mitmproxy import http

from sigproxy.proxy.exchange import ANSWERED

JAVASCRIPT = "application/javascript; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


def answer(flow: http.HTTPFlow, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
    """Answer a request here; it does not go upstream."""
    flow.metadata[ANSWERED] = True
    flow.response = http.Response.make(status, body, headers or {})


def answer_preflight(flow: http.HTTPFlow) -> None:
    """Say yes: analytics-next from 1.84 sends `Authorization`, so browsers ask before each upload."""
    asked = flow.request.headers.get("access-control-request-headers")
    headers = {
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-headers": asked or "authorization, content-type, x-retry-count",
        "access-control-max-age": "600",
    }
    answer(flow, 204, headers=headers | cors(flow))


def cors(flow: http.HTTPFlow) -> dict[str, str]:
    """Return the headers without which a browser hides an answer from the page."""
    origin = flow.request.headers.get("origin")
    if not origin:
        return {"access-control-allow-origin": "*", "vary": "Origin"}
    return {"access-control-allow-origin": origin, "access-control-allow-credentials": "true", "vary": "Origin"}
