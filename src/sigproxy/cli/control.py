"""Commands that talk to a running service."""

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sigproxy.errors import SigproxyError

if TYPE_CHECKING:
    from sigproxy.domain.commands import Command
    from sigproxy.domain.records import ServiceStatus

STOP_SECONDS = 20.0


@click.command()
def attach() -> None:
    """Open the terminal interface of the service that runs. Leaving it stops nothing."""
    from sigproxy.config import state_folder

    attach_to(state_folder())


def attach_to(home: Path) -> None:
    """Run the terminal interface."""

    async def show() -> None:
        from sigproxy.api.client import ControlClient
        from sigproxy.tui.app import SigproxyApp

        async with ControlClient.connect(home) as client:
            await SigproxyApp(client).run_async()

    asyncio.run(show())


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the whole status as JSON.")
def status(as_json: bool) -> None:
    """Say whether a service runs, where, and what it does. Exit code 3 when none does."""
    found = fetch_status()
    if as_json:
        click.echo(json.dumps(found.model_dump(by_alias=True, mode="json")))
        return
    upstream = "events are held" if found.upstream == "hold" else "events go on as they arrive"
    left = found.detection_until and found.detection_until - time.time()
    detection = f"on for another {left / 3600:.1f} h" if left and left > 0 else "off"
    click.echo(f"proxy      {found.proxy}\nsession    {found.session}\nupstream   {upstream}\ndetection  {detection}")
    click.echo(
        f"rules      version {found.rules_version}, {found.rules_folder}\nengine     {found.engine}\nCA         {found.ca}"
    )


def fetch_status() -> "ServiceStatus":
    """Ask the running service for its status."""

    async def ask() -> "ServiceStatus":
        from sigproxy.api.client import ControlClient
        from sigproxy.config import state_folder

        async with ControlClient.connect(state_folder()) as client:
            return await client.status()

    return asyncio.run(ask())


def tell(command: "Command") -> None:
    """Have the running service carry out a command."""

    async def ask() -> None:
        from sigproxy.api.client import ControlClient
        from sigproxy.config import state_folder

        async with ControlClient.connect(state_folder()) as client:
            await client.command(command)

    asyncio.run(ask())


@click.command()
def stop() -> None:
    """End the service. What was captured stays; what is held can be released after `sigproxy run --resume`."""
    from sigproxy.api.state_file import read_state
    from sigproxy.config import state_folder
    from sigproxy.domain.commands import Stop

    home = state_folder()
    tell(Stop())
    deadline = time.monotonic() + STOP_SECONDS
    while read_state(home):
        if time.monotonic() > deadline:
            raise SigproxyError(f"The service hasn't ended after {STOP_SECONDS:.0f} s.", "End its process by hand.")
        time.sleep(0.05)
    click.echo("The service has stopped.")
    held = _count_held(home)
    if held:
        click.echo(
            f"{held} event{'s are' if held > 1 else ' is'} still held: `sigproxy run --resume` takes them up again.", err=True
        )


def _count_held(home: Path) -> int:
    from sigproxy.store import Store

    store = Store.open(home / "sigproxy.db", read_only=True)
    try:
        session = store.latest_session()
        return sum(event.status == "held" for event in store.events(session)) if session else 0
    finally:
        store.close()
