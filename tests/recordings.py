"""The recordings of real SDK traffic, and what is on their wire, read without sigproxy's own decoder."""

import json
from pathlib import Path
from typing import Any

from sigproxy.domain.exchange import Exchange
from sigproxy.recording import read_recording

FOLDER = Path(__file__).parent / "data" / "recordings"

FULL_TOURS = [f"{schema}/{name}" for schema in ("v1", "v2") for name in ("debug", "debug-ajs1843")]


def path(name: str) -> Path:
    return FOLDER / f"{name}.jsonl"


def exchanges(name: str) -> list[Exchange]:
    return list(read_recording(path(name)))


def messages(name: str) -> list[dict[str, Any]]:
    """All messages of all uploads, each messageId once, in order of arrival."""
    found: dict[str, dict[str, Any]] = {}
    for line in path(name).read_text().splitlines():
        exchange = json.loads(line)
        if exchange["method"] == "POST" and not exchange["url"].endswith("/m"):
            body = json.loads(exchange["request_body"])
            for message in body.get("batch", [body]):
                found.setdefault(message["messageId"], message)
    return list(found.values())


def signals_on_wire(name: str) -> list[dict[str, Any]]:
    """The signal messages, ordered as they happened."""
    signals = [message for message in messages(name) if message.get("event") == "Segment Signal Generated"]
    return sorted(signals, key=lambda one: (one["properties"]["timestamp"], one["properties"]["index"]))


def events_on_wire(name: str) -> list[dict[str, Any]]:
    """The messages that aren't signals."""
    return [message for message in messages(name) if message.get("event") != "Segment Signal Generated"]
