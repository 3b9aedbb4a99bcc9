"""A browser of its own for the app: a fresh profile, gone afterwards; the system's settings and trust stay as they are."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from sigproxy.devices.chromium import HOW_TO_GET, find_chromium, proxied
from sigproxy.errors import SigproxyError


async def browse(url: str, *, proxy: str, spki: str, home: Path, headless: bool) -> None:
    """Open a URL in a proxied browser and wait until that browser is closed.

    Args:
        url: What to open.
        proxy: `host:port` of the proxy.
        spki: base64 SHA-256 of the authority's public key.
        home: The state folder; the profile lies there meanwhile.
        headless: Without a window.

    Raises:
        SigproxyError: There is no Chromium, or it doesn't start.
    """
    chromium = find_chromium()
    if chromium is None:
        raise SigproxyError("No Chromium was found.", f"{HOW_TO_GET} Or point any browser at the proxy {proxy}.")
    profiles = home / "profiles"
    profiles.mkdir(mode=0o700, exist_ok=True)
    profile = Path(tempfile.mkdtemp(prefix="open-", dir=profiles))
    switches = [*proxied(proxy, spki), f"--user-data-dir={profile}", *(["--headless", "--disable-gpu"] if headless else [])]
    try:
        process = await asyncio.create_subprocess_exec(
            chromium, *switches, url, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if status not in (0, -15):
            raise SigproxyError(
                f"{chromium} ended with status {status}.", "Try it by hand: `sigproxy open URL --headless` needs no display."
            )
    finally:
        shutil.rmtree(profile, ignore_errors=True)
