"""Each recording, imported and replayed as traffic, gives exactly what is on its wire."""

import json
from pathlib import Path

import pytest

from tests import recordings
from tests.e2e.running import command, rows, running

NAMES = [*recordings.FULL_TOURS, "v1/two-tabs", "v1/err-b-500-ajs1843"]


def assert_as_on_the_wire(home: Path, name: str) -> None:
    wire = recordings.signals_on_wire(name)
    found = rows(home, "signals")
    assert [one["messageId"] for one in found] == [one["messageId"] for one in wire]
    for row, message in zip(found, wire, strict=True):
        signal = message["properties"]
        assert {key: row[key] for key in ("type", "timestamp", "index", "anonymousId", "data")} == {
            key: signal[key] for key in ("type", "timestamp", "index", "anonymousId", "data")
        }
    events = {row["messageId"]: row for row in rows(home, "events") if row["status"] != "predicted"}
    sent = {one["messageId"]: one for one in recordings.events_on_wire(name)}
    assert {key: (row["type"], row["origin"]) for key, row in events.items()} == {
        key: (one["type"], "rule" if "__eventOrigin" in one["context"] else "app") for key, one in sent.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_imported(home: Path, name: str) -> None:
    done = command(home, "import", str(recordings.path(name)), "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert {key: summary[key] for key in ("exchanges", "signals", "events", "rejects")} == {
        "exchanges": len(recordings.exchanges(name)),
        "signals": len(recordings.signals_on_wire(name)),
        "events": len(recordings.events_on_wire(name)),
        "rejects": 0,
    }
    assert_as_on_the_wire(home, name)


@pytest.mark.parametrize("name", NAMES)
async def test_replayed_through_the_proxy(home: Path, name: str) -> None:
    async with running(home) as service:
        statuses = await service.replay(recordings.exchanges(name))
        assert set(statuses) == {200}
        assert_as_on_the_wire(home, name)
        assert {row["status"] for row in rows(home, "events")} <= {"held", "predicted"}
