"""Bytes of an upload → signals, events and rejects. Nothing is dropped: what can't be read is a reject with its reason.

Wire: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/; the web SDK sends JSON as
`text/plain` without a charset, always UTF-8; phones gzip.
"""

import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import orjson

from sigproxy.domain.event import AppEvent, read_event
from sigproxy.domain.exchange import Exchange
from sigproxy.domain.signal import SIGNAL_EVENT, Signal, read_signal

type Role = Literal["settings", "bundle", "signals", "events", "metrics", "preflight", "app"]

MAX_BODY = 32 * 1024 * 1024
"""Bytes a body may unpack to; Segment refuses batches over 500 KB, so this only stops gzip bombs."""

_SETTINGS = re.compile(r"/projects/[^/]+/settings/?$")
_UPLOAD = re.compile(
    r"/v1/(?P<what>b|batch|import|t|track|i|identify|p|page|s|screen|g|group|a|alias|m)/?$",
)
_TYPES = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Reject:
    """Something in an upload that can't be read."""

    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Upload:
    """What one exchange carried, in the order of the wire."""

    role: Role
    signals: tuple[Signal, ...] = ()
    events: tuple[AppEvent, ...] = ()
    rejects: tuple[Reject, ...] = ()


def decode(exchange: Exchange) -> Upload:
    """Decode an exchange. Never raises: whatever can't be read is among the rejects."""
    match = _UPLOAD.search(exchange.parts.path)
    if exchange.method == "OPTIONS":
        return Upload("preflight")
    if exchange.method != "POST" or not (match or _looks_like_upload(exchange)):
        return Upload(_role_by_path(exchange))
    if match and match["what"] == "m":
        return Upload("metrics")
    fallback_type = _TYPES.get(match["what"][0]) if match and match["what"] not in ("b", "batch", "import") else None
    try:
        messages = _messages(_parse(unpacked(exchange.request_body, exchange.request_header("content-encoding"))))
    except ValueError as problem:
        return Upload("events", rejects=(Reject(str(problem), _excerpt(exchange.request_body)),))
    return _sort(messages, exchange.id, fallback_type)


def _role_by_path(exchange: Exchange) -> Role:
    path = exchange.parts.path
    if _SETTINGS.search(path):
        return "settings"
    if path.startswith("/sigproxy/") or exchange.host.startswith("cdn.edgefn."):
        return "bundle"
    return "app"


def _looks_like_upload(exchange: Exchange) -> bool:
    """Apps may send to a host and path of their own: the body tells, never the host alone."""
    body = exchange.request_body
    return b'"writeKey"' in body and (SIGNAL_EVENT.encode() in body or b'"batch"' in body or b'"messageId"' in body)


def unpacked(body: bytes, encoding: str | None) -> bytes:
    """Undo a body's `content-encoding`.

    Raises:
        ValueError: The encoding is unknown, its data broken, or the result over `MAX_BODY`.
    """
    match (encoding or "identity").strip().lower():
        case "identity" | "":
            return body
        case "gzip" | "x-gzip" | "deflate" as kind:
            inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
            try:
                plain = inflater.decompress(body, MAX_BODY)
            except zlib.error as problem:
                raise ValueError(f"a {kind} body that doesn't unpack: {problem}") from problem
            if inflater.unconsumed_tail:
                raise ValueError(f"a {kind} body that unpacks to more than {MAX_BODY >> 20} MB")
            if not inflater.eof:
                raise ValueError(f"a {kind} body that breaks off after {len(plain)} bytes")
            return plain
        case other:
            raise ValueError(f"a body in content-encoding {other!r}")


def _parse(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as strict:
        # Lone surrogates are legal in what JavaScript's JSON.stringify writes, and orjson refuses them.
        try:
            return json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise ValueError(f"a body that isn't JSON: {strict}") from strict


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} isn't JSON")


def _messages(document: Any) -> list[Any]:
    """Find the messages: a batch's, a bare array's, or the document itself."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise ValueError(f"a JSON {type(document).__name__} where an object was expected")
    batch = document.get("batch")
    if batch is None:
        return [document]
    if not isinstance(batch, list):
        raise ValueError("a `batch` that isn't an array")
    return batch


def _sort(messages: list[Any], exchange_id: str, fallback_type: str | None) -> Upload:
    signals: list[Signal] = []
    events: list[AppEvent] = []
    rejects: list[Reject] = []
    for position, message in enumerate(messages):
        try:
            if not isinstance(message, dict):
                raise ValueError("a message that isn't an object")
            fallback_id = f"{exchange_id}:{position}"
            if message.get("event") == SIGNAL_EVENT:
                signals.append(read_signal(message, fallback_id))
            else:
                events.append(read_event(message, fallback_id, fallback_type))
        except ValueError as problem:
            where = f"message {position + 1} of {len(messages)}: " if len(messages) > 1 else ""
            rejects.append(Reject(where + str(problem), _excerpt(_dumped(message))))
    role: Role = "signals" if signals and not events else "events"
    return Upload(role, tuple(signals), tuple(events), tuple(rejects))


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def _excerpt(body: bytes) -> str:
    return body[:_EXCERPT].decode("utf-8", "replace")
