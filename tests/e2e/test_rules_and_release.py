"""Rules reloaded into a running service, and events let go."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from sigproxy.api.client import ControlClient
from sigproxy.demo.segment import Received, segment_app
from sigproxy.demo.serving import serving
from sigproxy.domain.commands import Drop, Release, ReleaseAll, Restore
from sigproxy.errors import Refused
from tests import recordings
from tests.e2e.running import rows, running, wait_for_record

SHIPPED = Path(__file__).parents[2] / "rules"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(SHIPPED, folder)
    return folder


async def test_a_saved_rule_is_judged_at_once_and_a_broken_one_changes_nothing(home: Path, rules: Path) -> None:
    async with running(home, "--rules", str(rules)) as service:
        await service.replay(recordings.exchanges("v2/debug"))
        await wait_for_record(home, "event", lambda one: one["rule"] == "Product Added")
        rule = rules / "product_added.yaml"
        good = rule.read_text()

        rule.write_text(good.replace("price:", "cost:"))
        verdict = await wait_for_record(home, "judged", lambda one: one["signals"] == 35)
        assert (verdict["before"], verdict["after"], [one["name"] for one in verdict["changed"]]) == (3, 3, ["Product Added"])
        (event,) = [row for row in rows(home, "events") if row["rule"] == "Product Added"]
        assert event["payload"]["properties"]["cost"] == 49.95

        rule.write_text(good.replace("status equals 201", "status eqals 201"))
        refused = await wait_for_record(home, "rules_rejected")
        assert (refused["file"], refused["line"], refused["excerpt"]) == ("product_added.yaml", 13, "      - status eqals 201")
        assert [row["rule"] for row in rows(home, "events") if row["name"] == "Product Added"] == ["Product Added"]

        rule.unlink()
        verdict = await wait_for_record(home, "judged", lambda one: one["lost"])
        assert [one["name"] for one in verdict["lost"]] == ["Product Added"]
        assert not [row for row in rows(home, "events") if row["name"] == "Product Added"]

        shutil.rmtree(rules)
        await wait_for_record(home, "judged", lambda one: one["after"] == 0 and one["before"] == 2)


async def statuses(client: ControlClient, wanted: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Follow the feed until so many events have these statuses."""
    found: dict[str, dict[str, Any]] = {}
    async with asyncio.timeout(20):
        async for batch in client.follow(0):
            found |= {record.payload["id"]: record.payload for record in batch if record.kind == "event"}
            counts = [one["status"] for one in found.values()]
            if all(counts.count(status) == count for status, count in wanted.items()):
                break
    return found


async def test_events_are_released_dropped_and_restored(home: Path) -> None:
    received = Received()
    async with serving(segment_app(received)) as segment, running(home, "--segment-at", segment) as service:
        await service.replay(recordings.exchanges("v2/debug"))
        async with ControlClient.connect(home) as client:
            held = [one["id"] for one in (await statuses(client, {"held": 5})).values() if one["status"] == "held"]
            assert received == Received()
            await client.command(Drop(ids=(held[0],)))
            await client.command(Release(ids=(held[1],)))
            await statuses(client, {"held": 3, "dropped": 1, "delivered": 1})
            with pytest.raises(Refused, match=r"has been delivered"):
                await client.command(Release(ids=(held[2], held[1])))
            await client.command(Restore(ids=(held[0],)))
            await client.command(ReleaseAll())
            await statuses(client, {"delivered": 5})
    sent = {one["messageId"]: one for one in recordings.events_on_wire("v2/debug")}
    assert received.events == sent
    assert received.signals == {}


async def test_released_upstream_lets_events_and_no_signal_go(home: Path) -> None:
    received = Received()
    async with serving(segment_app(received)) as segment:
        async with running(home, "--segment-at", segment, "--upstream", "release") as service:
            await service.replay(recordings.exchanges("v2/debug"))
            async with ControlClient.connect(home) as client:
                await statuses(client, {"delivered": 5})
    assert len(received.events) == 5
    assert received.signals == {}


async def test_an_event_that_cannot_be_delivered_says_why_and_can_be_sent_again(home: Path) -> None:
    async with running(home, "--segment-at", "http://127.0.0.1:9") as service:
        await service.replay(recordings.exchanges("v1/two-tabs"))
        async with ControlClient.connect(home) as client:
            await statuses(client, {"held": 5})
            await client.command(ReleaseAll())
            failed = [one for one in (await statuses(client, {"failed": 5})).values() if one["status"] == "failed"]
            assert all(one["reason"].startswith("api.segment.io could not be reached") for one in failed)
            await client.command(Release(ids=(failed[0]["id"],)))
            await statuses(client, {"failed": 5, "released": 0})
