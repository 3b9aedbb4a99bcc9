"""Finding a Chromium, and how one is started so that it trusts the proxy and touches nothing of the user's."""

import os
import shutil
import sys
from pathlib import Path

HOW_TO_GET = "Install Chromium or Chrome (on Debian: `apt-get install chromium`), or name one in SIGPROXY_CHROMIUM."

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "brave-browser", "microsoft-edge", "msedge")
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
)
_WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium or one of its family; None where there is none."""
    named = os.environ.get("SIGPROXY_CHROMIUM")
    if named:
        return shutil.which(named)
    on_path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    return on_path or next((str(path) for path in _usual_places() if path.is_file()), None)


def _usual_places() -> list[Path]:
    if sys.platform == "darwin":
        return [Path(place) for place in _MAC]
    folders = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    return [Path(folder) / place for folder in folders if folder for place in _WINDOWS]


def has_display() -> bool:
    """Whether a window can be shown."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def proxied(proxy: str, spki: str) -> list[str]:
    """Return the switches for a browser that goes through the proxy and trusts it.

    Args:
        proxy: `host:port`.
        spki: base64 SHA-256 of the authority's public key.
    """
    switches = [
        f"--proxy-server=http://{proxy}",
        # Without this a browser goes to loopback addresses by itself.
        "--proxy-bypass-list=<-loopback>",
        f"--ignore-certificate-errors-spki-list={spki}",
        "--disable-quic",
        "--no-first-run",
        "--no-default-browser-check",
        # What the browser asks for by itself isn't the app's traffic.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--disable-features=OptimizationHints,MediaRouter,AutofillServerCommunication",
    ]
    if sys.platform == "linux" and os.geteuid() == 0:
        # Chromium's sandbox refuses to run for root.
        switches.append("--no-sandbox")
    return switches
