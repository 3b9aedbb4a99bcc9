"""Keeps the developer's own sigproxy out of the tests."""

import os
from pathlib import Path

import pytest

from sigproxy.devices.chromium import HOW_TO_GET, find_chromium


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, for this process and the ones it starts."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("SIGPROXY_HOME", str(folder))
    return folder


@pytest.fixture
def chromium() -> str:
    """The Chromium that is installed; without one the test is skipped, in CI it fails."""
    found = find_chromium()
    if found is None and os.environ.get("CI"):
        pytest.fail(f"CI must have a Chromium. {HOW_TO_GET}")
    if found is None:
        pytest.skip(HOW_TO_GET)
    return found
