"""A mitmproxy flow, reduced to an `Exchange`."""

from urllib.parse import urlsplit

from mitmproxy import http

from sigproxy.domain.exchange import AnsweredBy, Exchange, Headers

URL = "sigproxy_url"
ANSWERED = "sigproxy_answered"
NOTES = "sigproxy_notes"
DONE = "sigproxy_done"
"""Keys of `flow.metadata`. The URL is noted before a request is sent elsewhere; done marks what is captured already."""

NOT_KEPT = "body not kept: streamed"
REQUEST_NOT_KEPT = "request body not kept: streamed"


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
    """Return the URL the app asked for, wherever the request was sent. It can be split, whatever the Host header says."""
    url = _text(str(flow.metadata.get(URL) or flow.request.pretty_url).encode("utf-8", "surrogateescape"))
    try:
        urlsplit(url)
    except ValueError:
        return _text(flow.request.url.encode("utf-8", "surrogateescape"))
    return url


def note(flow: http.HTTPFlow, text: str) -> None:
    """Note what the kept bytes don't show."""
    flow.metadata[NOTES] = (*flow.metadata.get(NOTES, ()), text)


def _headers(headers: http.Headers) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in headers.fields)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
