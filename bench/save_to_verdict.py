"""Saving a rule file → the new verdict on 1,000 recorded signals, as a client of the feed sees it.

Run: uv run python -m bench.save_to_verdict
"""

import asyncio
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from sigproxy.api.client import ControlClient
from sigproxy.domain.exchange import Exchange
from sigproxy.domain.records import Judged
from tests import recordings
from tests.e2e.running import running

SIGNALS = 1_000
ROUNDS = 20
RULES = Path(__file__).parents[1] / "rules"


def traffic() -> list[Exchange]:
    """The full tour's uploads again and again, each time by another visitor."""
    uploads = [one for one in recordings.exchanges("v2/debug") if one.url.endswith("/v1/b")]
    made: list[Exchange] = []
    signals = nth = 0
    while signals < SIGNALS:
        nth += 1
        for upload in uploads:
            body = json.loads(upload.request_body)
            body["batch"] = body["batch"][: SIGNALS - signals]
            signals += len(body["batch"])
            for message in body["batch"]:
                message["messageId"] += f"-{nth}"
                message["properties"]["anonymousId"] = f"visitor-{nth}"
            made.append(
                Exchange(
                    id=f"{nth}",
                    method="POST",
                    url=upload.url,
                    request_headers=upload.request_headers,
                    request_body=json.dumps(body).encode(),
                    started=0,
                )
            )
    return [one for one in made if json.loads(one.request_body)["batch"]]


async def measure(home: Path, rules: Path) -> list[tuple[float, Judged]]:
    """Save the rule `ROUNDS` times; return (seconds, verdict) of each."""
    results: list[tuple[float, Judged]] = []
    rule = rules / "product_added.yaml"
    source = rule.read_text()
    async with running(home, "--rules", str(rules)) as service:
        await service.replay(traffic())
        async with ControlClient.connect(home) as client:
            feed = client.follow(0)
            signals = 0
            async for batch in feed:
                signals += sum(record.kind == "signal" for record in batch)
                if signals == SIGNALS:
                    break
            for nth in range(ROUNDS):
                started = time.perf_counter()
                rule.write_text(source.replace("name: Product Added", f"name: Product Added {nth}"))
                verdict = await _next_verdict(feed)
                results.append((time.perf_counter() - started, verdict))
    return results


async def _next_verdict(feed: object) -> Judged:
    async for batch in feed:  # type: ignore[attr-defined]
        for record in batch:
            if record.kind == "judged":
                return Judged.model_validate(record.payload)
    raise SystemExit("the feed ended")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        home, rules = Path(folder) / "home", Path(folder) / "rules"
        home.mkdir(mode=0o700)
        shutil.copytree(RULES, rules)
        results = asyncio.run(measure(home, rules))
    times = sorted(seconds * 1000 for seconds, _ in results)
    verdict = results[-1][1]
    print(f"signals {verdict.signals}  events {verdict.after}  rounds {len(times)}")
    print(f"save to verdict: median {statistics.median(times):.0f} ms  best {times[0]:.0f}  worst {times[-1]:.0f}")
    print(f"of that, from noticing the save: median {statistics.median(one.ms for _, one in results):.0f} ms")


if __name__ == "__main__":
    main()
