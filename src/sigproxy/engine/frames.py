"""How the service and its engine talk: one byte that says what, a length, and that many bytes of UTF-8."""

import struct
from typing import BinaryIO, Literal

type Op = Literal["S", "J", "C", "E", "R", "k", "x", "d"]
"""Requests: S stage a bundle in a new context, J judge signals in it, C put it in force, E evaluate signals in the one in
force, R remember signals without evaluating. Replies: k done, x the script is refused, d the process is done for."""

HEADER = struct.Struct("<cI")


def pack(op: Op, text: str) -> bytes:
    """Build a frame."""
    body = text.encode("utf-8", "surrogatepass")
    return HEADER.pack(op.encode(), len(body)) + body


def read(stream: BinaryIO) -> tuple[str, str] | None:
    """Read a frame; None at the end of the stream."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    op, length = HEADER.unpack(header)
    return op.decode(), stream.read(length).decode("utf-8", "surrogatepass")


def soft_limit(signals: int) -> float:
    """Seconds of JavaScript that a call for so many signals may take before the engine stops it."""
    return 0.25 + 0.002 * signals
