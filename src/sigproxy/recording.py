"""Recorded exchanges, one JSON object a line, as files that `import` reads.

A line has `method url request_headers request_body status response_headers response_body t_request t_response` (times in
epoch milliseconds; bodies as text, already unpacked) and may have more.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sigproxy.domain.exchange import Exchange, Headers
from sigproxy.errors import UsageError


def read_recording(path: Path) -> Iterator[Exchange]:
    """Yield a file's exchanges in order.

    Raises:
        UsageError: The file can't be read, or a line isn't an exchange; names file and line.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _read_line(path, number, line)
    except OSError as problem:
        raise UsageError(f"{path} can't be read: {problem.strerror or problem}.", "Check the name.") from problem


def _read_line(path: Path, number: int, line: bytes) -> Exchange:
    try:
        return exchange_of(json.loads(line), f"{path.stem}:{number}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
        why = f"has no {problem}" if isinstance(problem, KeyError) else f"isn't an exchange: {problem}"
        raise UsageError(
            f"{path}:{number}: the line {why}.",
            "A line is one JSON object with at least method, url, request_headers and request_body.",
        ) from problem


def exchange_of(line: dict[str, Any], exchange_id: str) -> Exchange:
    """Read one line.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: It isn't an exchange.
    """
    started = line.get("t_request") or 0
    ended = line.get("t_response")
    return Exchange(
        id=exchange_id,
        method=_text(line["method"]),
        url=_text(line["url"]),
        http_version=_text(line.get("http_version") or "HTTP/1.1"),
        request_headers=_headers(line["request_headers"]),
        request_body=_text(line["request_body"] or "").encode("utf-8", "surrogatepass"),
        started=float(started) / 1000,
        status=line.get("status"),
        response_headers=_headers(line.get("response_headers") or []),
        response_body=_text(line.get("response_body") or "").encode("utf-8", "surrogatepass"),
        ended=float(ended) / 1000 if ended else None,
        client=f"127.0.0.1:{line['client_port']}" if line.get("client_port") else "",
        error=line.get("error"),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} where text was expected")
    return value


def _headers(pairs: list[list[str]]) -> Headers:
    """Read headers, without `content-encoding`: the recorded bodies are already unpacked."""
    return tuple((_text(name), _text(value)) for name, value in pairs if name.lower() != "content-encoding")
