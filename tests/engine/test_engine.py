"""The real engines, both of them, under rules that behave and rules that don't."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sigproxy.engine.client import Engine, EngineSignal
from sigproxy.errors import RulesInvalid
from sigproxy.reload import compile_rules
from sigproxy.rulefiles import load_rules
from tests import recordings

SHIPPED = Path(__file__).parents[2] / "rules"

QUIET = "globalThis.processSignal = function () {};"
COUNTING = """globalThis.processSignal = function (s, c) {
    c.analytics.track('Seen', { at: s.index, n: c.signals.signalBuffer.length });
};"""


@pytest.fixture(params=["v8", "quickjs"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    engine = Engine(request.param)
    await engine.start()
    assert engine.name == request.param
    yield engine
    await engine.close()


def signal(index: int, kind: str = "userDefined", user: str = "anon", **data: Any) -> EngineSignal:
    moment = f"2026-11-20T10:00:{index:02}.000Z"
    body = {"type": kind, "index": index, "timestamp": moment, "anonymousId": user, "data": data}
    return EngineSignal(f"m{index}{user}", json.dumps(body))


def click(index: int, text: str = "Add to Cart", user: str = "anon") -> EngineSignal:
    return signal(index, "interaction", user, eventType="click", target={"textContent": text})


def response(index: int, url: str = "/api/cart", status: int = 201, user: str = "anon") -> EngineSignal:
    return signal(index, "network", user, action="response", url=url, status=status, body={"product": {"id": str(index)}})


def history(name: str) -> list[EngineSignal]:
    return [EngineSignal(one["messageId"], json.dumps(one["properties"])) for one in recordings.signals_on_wire(name)]


def rule(tmp_path: Path, **changes: Any) -> str:
    body = {
        "name": "Product Added",
        "event": "track",
        "when": [
            {"signal": "interaction.click", "where": ["target.textContent equals Add to Cart"]},
            {"signal": "network.response", "within": "10s", "where": ["url contains /api/cart"]},
        ],
        "properties": {"id": "$.trigger_2.body.product.id", "button": "$.trigger_1.target.textContent"},
    } | changes
    (tmp_path / "rule.yaml").write_text(json.dumps(body))
    return compile_rules(tmp_path).bundle.text


@pytest.mark.parametrize("name", recordings.FULL_TOURS)
async def test_the_shipped_rules_on_the_recordings(engine: Engine, name: str) -> None:
    found = await engine.swap(compile_rules(SHIPPED).bundle.text, history(name))
    assert not found.failures
    assert [(call.rule, call.method) for call in found.calls] == [
        ("Product Added", "track"),
        ("Signed In User", "identify"),
        ("Page Viewed", "page"),
    ]
    track, identify, _ = found.calls
    assert track.args == [
        "Product Added",
        {"product_id": "sku-1", "name": "Red Shoes", "price": 49.95, "currency": "USD", "quantity": 2},
    ]
    assert identify.args == ["user-1234", {"email": "ada@example.com", "plan": "gold"}]
    assert len(track.causes) == 2


@pytest.mark.skipif(
    not shutil.which("node"), reason="node isn't installed; the bundle is run in both engines and in Chromium, too"
)
@pytest.mark.parametrize("name", recordings.FULL_TOURS)
async def test_plain_node_makes_the_same_calls(name: str, tmp_path: Path) -> None:
    bundle = compile_rules(SHIPPED).bundle.text
    engine = Engine()
    await engine.start()
    found = await engine.swap(bundle, history(name))
    await engine.close()
    script = f"""
        globalThis.processSignal = {bundle}
        const calls = [], buffer = [];
        const analytics = new Proxy({{}}, {{ get: (_, method) => (...args) => calls.push([method, args]) }});
        for (const signal of {json.dumps([json.loads(one.json) for one in history(name)])}) {{
            buffer.unshift(JSON.parse(JSON.stringify(signal)));
            processSignal(signal, {{ analytics, signals: {{ signalBuffer: buffer }} }});
        }}
        console.log(JSON.stringify(calls));"""
    (tmp_path / "run.js").write_text(script)
    done = subprocess.run(["node", tmp_path / "run.js"], capture_output=True, check=True)
    assert json.loads(done.stdout) == [[call.method, call.args] for call in found.calls]


@pytest.mark.parametrize(
    ("signals", "ids"),
    [
        ([click(1), response(2)], ["2"]),
        ([response(1), click(2)], []),
        ([click(1), response(2), response(3)], ["2"]),
        ([click(1), click(2), response(3), response(4)], ["3", "4"]),
        ([click(1), response(12)], []),
        ([click(1), response(11)], ["11"]),
        ([click(1, user="ada"), response(2, user="bob")], []),
        ([click(1), response(2, url="/api/other"), response(3)], ["3"]),
        ([click(1, "Add to cart"), response(2)], []),
    ],
    ids=["in order", "reversed", "once only", "two of each", "too late", "in time", "other user", "between", "case"],
)
async def test_triggers_in_order(engine: Engine, tmp_path: Path, signals: list[EngineSignal], ids: list[str]) -> None:
    found = await engine.swap(rule(tmp_path), signals)
    assert [call.args[1]["id"] for call in found.calls] == ids
    again = [call for one in signals for call in (await engine.evaluate([one])).calls]
    assert isinstance(again, list)


async def test_live_signals_see_the_history_that_was_judged(engine: Engine, tmp_path: Path) -> None:
    await engine.swap(rule(tmp_path), [click(1)])
    found = await engine.evaluate([response(2)])
    assert [call.causes for call in found.calls] == [("m1anon", "m2anon")]


async def test_fires_current_looks_behind_the_newest_signal_in_any_order(engine: Engine, tmp_path: Path) -> None:
    when = [{"signal": "network.response"}, {"signal": "interaction.click"}, {"signal": "userDefined"}]
    found = await engine.swap(
        rule(tmp_path, fires="current", when=when, properties={"url": "$.current.url"}),
        [click(1), signal(2), response(3), response(4)],
    )
    assert [call.causes for call in found.calls] == [("m3anon", "m1anon", "m2anon"), ("m4anon", "m1anon", "m2anon")]


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("status equals 201", True),
        ('status equals "201"', False),
        ("status not equals 200", True),
        ("status greater than 200", True),
        ("status less than or equal 200", False),
        ("status is one of [200, 201]", True),
        ("status is not one of [200, 201]", False),
        ("url contains /api", True),
        ("url contains /API", False),
        ("url contains /API ignoring case", True),
        ("url starts with /api", True),
        ("url ends with cart", True),
        ("url matches /api/*", True),
        ("url matches /api", False),
        ("url matches /api/c[ab]r?", True),
        ('url matches regex "^/api/\\\\w+$"', True),
        ("body exists", True),
        ("data.product.id exists", True),
        ("nothing exists", False),
        ("nothing not exists", True),
        ("body.product.tags[1] equals b", True),
        ("body.product.tags[*] contains b", True),
        ("$.anonymousId equals anon", True),
        ("__proto__ exists", False),
        ({"any": ["status equals 1", "status equals 201"]}, True),
        ({"not": ["status equals 201"]}, False),
        ({"all": ["status equals 201", {"not": "url contains x"}]}, True),
    ],
)
async def test_conditions(engine: Engine, tmp_path: Path, line: Any, holds: bool) -> None:
    body = {"product": {"id": "1", "tags": ["a", "b"]}}
    one = signal(1, "network", action="response", url="/api/cart", status=201, body=body)
    text = rule(tmp_path, when=[{"signal": "network.response", "where": [line]}], properties={})
    found = await engine.swap(text, [one])
    assert (not found.failures, bool(found.calls)) == (True, holds)


@pytest.mark.parametrize(
    ("mapping", "value"),
    [
        ("$.current.price", "19.5"),
        ({"path": "$.current.price", "as": "number"}, 19.5),
        ({"path": "$.current.price", "as": "integer"}, 20),
        ({"path": "$.current.status", "as": "string"}, "201"),
        ({"path": "$.current.absent", "default": "none"}, "none"),
        ({"path": "$.current.name", "as": "number", "default": 0}, 0),
        ({"value": "$.not a path"}, "$.not a path"),
        ("plain", "plain"),
        (7, 7),
        ({"template": "{{$.current.name}} for {{ $.current.price }}"}, "Tent for 19.5"),
        ({"deep": {"name": "$.current.name", "gone": "$.current.absent"}}, {"deep": {"name": "Tent"}}),
        (["$.current.name", "x"], ["Tent", "x"]),
        ("$.current.list[*].id", [1, 2]),
    ],
)
async def test_mappings(engine: Engine, tmp_path: Path, mapping: Any, value: Any) -> None:
    one = signal(1, price="19.5", status=201, name="Tent", list=[{"id": 1}, {"id": 2}, {}])
    found = await engine.swap(rule(tmp_path, when=[{"signal": "userDefined"}], properties={"it": mapping}), [one])
    assert [call.args for call in found.calls] == [["Product Added", {"it": value}]]


async def test_a_script_that_does_not_parse_leaves_the_rules_before_in_force(engine: Engine) -> None:
    await engine.swap(COUNTING, [])
    with pytest.raises(RulesInvalid, match="The rules don't run"):
        await engine.swap("function (", [])
    assert [call.method for call in (await engine.evaluate([signal(1)])).calls] == ["track"]


HOSTILE = {
    "endless loop": "while (true) {}",
    "endless loop that catches": "for (;;) { try { while (true) {} } catch (e) {} }",
    "regex bomb": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "memory": "var hog = []; while (true) hog.push(new Array(100000).fill(hog.length))",
    "huge array": "new Array(1e9).fill(0)",
    "throws": "throw new Error('no')",
    "deep recursion": "(function f() { f(); })()",
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_rule_costs_only_its_signal(engine: Engine, code: str) -> None:
    bad = "globalThis.processSignal = function (s, c) { if (s.data.bad) { %s } c.analytics.track('Seen', {at: s.index}); };"
    await engine.swap(bad % code, [signal(0)])
    found = await engine.evaluate([signal(1), signal(2, bad=True), signal(3)])
    after = await engine.evaluate([signal(4)])
    seen = [call.args[1]["at"] for call in (*found.calls, *after.calls)]
    assert seen in ([1, 3, 4], [1, 2, 3, 4]), "an engine may finish some of these, but the others are always seen"
    assert found.failures or 2 in seen


async def test_a_restarted_engine_remembers_the_signals_before(engine: Engine) -> None:
    await engine.swap(COUNTING, [signal(1), signal(2)])
    assert engine._process
    await engine._process.kill()
    found = await engine.evaluate([signal(3)])
    assert [call.args[1] for call in found.calls] == [{"at": 3, "n": 3}]


async def test_a_cancelled_evaluation_leaves_the_engine_usable(engine: Engine) -> None:
    await engine.swap("globalThis.processSignal = function (s, c) { if (s.index) while (1) {} };", [])
    task = asyncio.create_task(engine.evaluate([signal(1)]))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await engine.evaluate([signal(0)])).failures == ()


async def test_rules_reach_nothing_outside(engine: Engine) -> None:
    names = "setTimeout setInterval fetch require process WebAssembly Atomics SharedArrayBuffer XMLHttpRequest"
    probe = """globalThis.processSignal = function (s, c) {
        var found = %s.filter(function (name) { return typeof globalThis[name] !== 'undefined'; });
        c.analytics.track('Probe', {found: found});
    };"""
    await engine.swap(probe % json.dumps(names.split()), [])
    found = await engine.evaluate([signal(1)])
    assert found.calls[0].args[1] == {"found": []}


def test_the_same_rules_make_the_same_bytes() -> None:
    first, second = compile_rules(SHIPPED).bundle, compile_rules(SHIPPED).bundle
    assert first == second
    assert load_rules(SHIPPED).digest == load_rules(SHIPPED).digest
