"""The terminal interface as a person sees it, in a real terminal."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sigproxy.api.state_file import ServiceState, read_state
from tests import recordings
from tests.e2e.running import Running, command


class Terminal:
    """A tmux of its own."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-S", str(self._socket), *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    def start(self, home: Path, *arguments: str) -> None:
        words = (sys.executable, "-m", "sigproxy", *arguments)
        shell = f"SIGPROXY_HOME={home} {' '.join(words)}; echo left with $?; sleep 600"
        self.tmux("new-session", "-d", "-x", "100", "-y", "30", shell)

    def type(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    async def shows(self, *words: str) -> str:
        """Wait until the screen shows all words."""
        screen = ""
        for _ in range(300):
            screen = self.tmux("capture-pane", "-p")
            if all(word in screen for word in words):
                return screen
            await asyncio.sleep(0.1)
        raise AssertionError(f"{words} didn't come up on:\n{screen}")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if not shutil.which("tmux"):
        if os.environ.get("CI"):
            pytest.fail("CI must have tmux")
        pytest.skip("install tmux: apt-get install tmux")
    terminal = Terminal(tmp_path / "tmux")
    yield terminal
    subprocess.run(["tmux", "-S", str(tmp_path / "tmux"), "kill-server"], capture_output=True, check=False)


async def replay(home: Path, state: ServiceState, name: str) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await process.wait()
    service = Running(process, state.proxy, state.ca, state.session, home)
    assert set(await service.replay(recordings.exchanges(name))) == {200}


async def test_a_visit_is_watched_its_events_released_and_leaving_loses_nothing(home: Path, terminal: Terminal) -> None:
    rules = str(Path(__file__).parents[2] / "rules")
    # Nothing listens at the stand-in's address: what is released fails, and says so.
    terminal.start(home, "run", "--port", "0", "--rules", rules, "--segment-at", "http://127.0.0.1:9")
    try:
        await terminal.shows("No signals yet", "HOLD")
        state = read_state(home)
        assert state
        await replay(home, state, "v2/debug")
        await terminal.shows("Activity 35", "Button click", '"Other page"', "5 held")
        terminal.type("2")
        await terminal.shows("Product Added", "product_added.yaml", "track")
        terminal.type("3")
        await terminal.shows("held 5", "Newsletter Sub")
        terminal.type("R")
        await terminal.shows("Release")
        terminal.type("y")
        await terminal.shows("failed", "held 0")
        terminal.type("q")
        await terminal.shows("left with 0")
        assert "failed" in command(home, "events").stdout
        terminal.type("C-c", "")
    finally:
        assert command(home, "stop").returncode == 0
