"""The commands, as a shell runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import recordings
from tests.e2e.running import command, running

SLOW = ("mitmproxy", "textual", "aiohttp", "pydantic", "playwright", "orjson")


def test_help_imports_nothing_slow() -> None:
    script = (
        "import sys; from sigproxy.cli.app import cli\n"
        "try: cli.main(['--help'])\n"
        f"finally: print([name for name in {SLOW!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "sigproxy demo" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said", "next_step"),
    [
        (["status"], 3, "No sigproxy service is running.", "Start one with `sigproxy`"),
        (["stop"], 3, "No sigproxy service is running.", "Start one with"),
        (["attach"], 3, "No sigproxy service is running.", "Start one with"),
        (["signals"], 2, "Nothing has been captured yet.", "Start with `sigproxy demo`"),
        (["import", "nowhere.jsonl"], 2, "nowhere.jsonl can't be read: No such file", "Check the name."),
        (["open", "ftp://x"], 2, "`ftp://x` is no address of a site.", "https://your.site"),
        (["rules", "check", "--rules", "nowhere"], 0, "", ""),
        (
            ["run", "--headless", "--port", "99999"],
            2,
            "`port = 99999` in the command line can't be used.",
            "less than or equal to 65535",
        ),
        (["run", "--headless", "--set", "http22=1", "--port", "0"], 2, "mitmproxy has no option `http22` here.", "`http2`"),
        (["signlas"], 2, "Did you mean 'signals'?", ""),
        (["demo"], 1, "The demo's interface needs a terminal.", "--headless"),
    ],
)
def test_every_error_is_a_sentence_and_the_next_step(
    home: Path, arguments: list[str], code: int, said: str, next_step: str
) -> None:
    done = command(home, *arguments)
    assert (done.returncode, said in done.stderr, next_step in done.stderr) == (code, True, True), done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_broken_line_is_named_and_nothing_is_imported(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text(recordings.path("v2/debug").read_text() + '{"method": "GET"}\n')
    done = command(home, "import", str(file), "--json")
    assert done.returncode == 2
    assert "broken.jsonl:21: the line has no 'url'." in done.stderr
    assert "Nothing has been captured yet" in command(home, "signals").stderr


def test_lists_for_people_and_for_scripts(home: Path) -> None:
    assert command(home, "import", str(recordings.path("v2/debug"))).stdout.endswith(
        "20 exchanges, 35 signals, 5 events, 0 rejects.\n"
    )
    assert 'Button click      "Add to Cart"' in command(home, "signals", "--type", "interaction").stdout
    lines = command(home, "signals", "--json", "--type", "network").stdout.splitlines()
    assert len(lines) == 11
    assert {"seq", "type", "timestamp", "index", "anonymousId", "messageId", "data"} <= json.loads(lines[0]).keys()
    done = command(home, "signals", "--session", "nope")
    assert (done.returncode, "There is no session `nope`." in done.stderr) == (2, True)


def test_rules_are_listed_and_checked(home: Path, tmp_path: Path) -> None:
    shipped = str(Path(__file__).parents[2] / "rules")
    assert [one["name"] for one in json.loads(command(home, "rules", "list", "--rules", shipped, "--json").stdout)] == [
        "Page Viewed",
        "Product Added",
        "Signed In User",
    ]
    (tmp_path / "bad.yaml").write_text("name: X\nevent: trak\nwhen:\n  - signal: navigation\n")
    done = command(home, "rules", "check", "--rules", str(tmp_path))
    assert done.returncode == 5
    assert done.stdout.splitlines()[1:] == ["    event: trak", "    ^"]
    assert done.stdout.startswith("bad.yaml:2:1: `event: trak` must be")
    assert "did you mean `track`?" in done.stdout


def test_bad_configuration_names_file_key_and_nearest(home: Path) -> None:
    (home / "config.toml").write_text("prot = 8080\n")
    done = command(home, "rules", "list")
    assert done.returncode == 2
    assert f"`prot` in {home / 'config.toml'} is no setting." in done.stderr
    assert "Did you mean `port`?" in done.stderr
    (home / "config.toml").write_text("port = [\n")
    assert "isn't TOML" in command(home, "rules", "list").stderr


async def test_a_second_start_finds_the_first(home: Path) -> None:
    async with running(home) as service:
        again = command(home, "run", "--headless", "--port", "0", "--json")
        assert (again.returncode, json.loads(again.stdout)["proxy"]) == (0, service.proxy)
        assert "runs already" in again.stderr
        assert json.loads(command(home, "status", "--json").stdout)["session"] == service.session
        assert command(home, "stop").returncode == 0
        assert await service.process.wait() == 0
    assert command(home, "status").returncode == 3


async def test_a_port_in_use_says_so(home: Path, tmp_path: Path) -> None:
    async with running(home) as service:
        other = tmp_path / "other"
        other.mkdir()
        done = command(other, "run", "--headless", "--port", service.proxy.rsplit(":", 1)[1])
        assert done.returncode == 1
        assert "is in use by another program." in done.stderr


def test_broken_rules_at_the_start_are_told_and_the_service_runs(home: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("name: [")
    done = command(home, "import", str(recordings.path("v1/two-tabs")), "--rules", str(tmp_path), "--json")
    assert (done.returncode, json.loads(done.stdout)["signals"]) == (0, 18)
    assert "No rules were applied. bad.yaml:1: not YAML" in done.stderr
