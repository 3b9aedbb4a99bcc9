"""Opening the app in a browser of its own."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from sigproxy.cli.run import ensure_running, service_options
from sigproxy.errors import UsageError


@click.command("open")
@click.argument("url")
@click.option("--headless", is_flag=True, help="Without a window.")
@service_options
def open_(url: str, headless: bool, **typed: Any) -> None:
    """Open URL in a browser of its own: through the proxy, trusting it, debug flag on. Nothing on the system is touched.

    \b
    sigproxy open https://your.site
    """
    from sigproxy.cli.control import fetch_status, tell
    from sigproxy.devices.browser import browse
    from sigproxy.domain.commands import WatchApp
    from sigproxy.proxy.trust import spki_fingerprint

    url = url if "://" in url else f"https://{url}"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"`{url}` is no address of a site.", "Write it like https://your.site.")
    settings = ensure_running(**typed)
    tell(WatchApp(host=parts.hostname))
    status = fetch_status()
    click.echo(f"{url} opens in a browser of its own, through {status.proxy}. See its signals with `sigproxy attach`.", err=True)
    spki = spki_fingerprint(Path(status.ca))
    asyncio.run(browse(url, proxy=status.proxy, spki=spki, home=settings.home, headless=headless))
