"""A mitmproxy flow, reduced to an `Exchange`."""

from mitmproxy import http

from sigproxy.domain.exchange import AnsweredBy, Exchange, Headers

URL = "sigproxy_url"
ANSWERED = "sigproxy_answered"
NOTES = "sigproxy_notes"
DONE = "sigproxy_done"
"""Keys of `flow.metadata`. The URL is noted before a request is sent elsewhere; done marks what is captured already."""


def reduce(flow: http.HTTPFlow) -> Exchange:
    """Take what is kept of a flow. Bodies are the wire's bytes; a streamed one is empty and noted."""
    request, response = flow.request, flow.response
    answered_by: AnsweredBy = "sigproxy" if flow.metadata.get(ANSWERED) else "upstream"
    peer = flow.client_conn.peername
    return Exchange(
        id=flow.id,
        method=request.method,
        url=original_url(flow),
        http_version=request.http_version,
        request_headers=_headers(request.headers),
        request_body=request.raw_content or b"",
        started=request.timestamp_start,
        status=response.status_code if response else None,
        response_headers=_headers(response.headers) if response else (),
        response_body=(response.raw_content or b"") if response else b"",
        ended=(response.timestamp_end or response.timestamp_start) if response else None,
        client=f"{peer[0]}:{peer[1]}" if peer else "",
        error=flow.error.msg if flow.error else None,
        answered_by=answered_by,
        notes=tuple(flow.metadata.get(NOTES, ())),
    )


def original_url(flow: http.HTTPFlow) -> str:
    """Return the URL the app asked for, wherever the request was sent."""
    return str(flow.metadata.get(URL) or flow.request.pretty_url)


def answer(flow: http.HTTPFlow, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
    """Answer a request here."""
    flow.metadata[ANSWERED] = True
    flow.response = http.Response.make(status, body, headers or {})


def cors(flow: http.HTTPFlow) -> dict[str, str]:
    """Return the headers without which a browser hides an answer from the page."""
    origin = flow.request.headers.get("origin")
    if not origin:
        return {"access-control-allow-origin": "*"}
    return {"access-control-allow-origin": origin, "access-control-allow-credentials": "true", "vary": "Origin"}


def _headers(headers: http.Headers) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in headers.fields)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
