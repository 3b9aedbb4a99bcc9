"""Starting the service, in the foreground or behind the terminal interface."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sigproxy.errors import NotRunning, SigproxyError

if TYPE_CHECKING:
    from sigproxy.api.state_file import ServiceState
    from sigproxy.config import Settings
    from sigproxy.domain.records import ServiceStatus

START_SECONDS = 30.0


def service_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what to run."""
    for option in (
        click.option("--upstream", type=click.Choice(["hold", "release"]), help="Hold events (default), or let them go on."),
        click.option("--resume", is_flag=True, default=None, help="Go on with the last session instead of a new one."),
        click.option("--segment-at", metavar="URL", help="Send what is meant for Segment's hosts to this stand-in."),
        click.option("--set", "options", multiple=True, metavar="NAME=VALUE", help="A mitmproxy option; repeatable."),
        click.option("--rules", type=click.Path(file_okay=False, path_type=Path), help="Folder of the rule files."),
        click.option("--app", "apps", multiple=True, metavar="HOST", help="Host of your app, such as *.shop.com; repeatable."),
        click.option("--host", help="Address the proxy listens on (default 127.0.0.1)."),
        click.option("--port", type=int, help="Port of the proxy (default 8080; 0 for any free one)."),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--headless", is_flag=True, help="Only the service, in the foreground.")
@service_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line once it listens.")
def run(headless: bool, as_json: bool, **typed: Any) -> None:
    """Run the proxy and its service.

    \b
    sigproxy run --headless --port 0 --json
    sigproxy run --app "*.your.site" --rules ./rules
    """
    from sigproxy.config import load_settings

    settings = load_settings(**typed)
    state = running_service(settings.home)
    if state:
        click.echo(f"A service of this state folder runs already (process {state.pid}).", err=True)
        _announce(state.proxy, state.api, state.ca, state.session, as_json)
        return
    if headless:
        _serve(settings, as_json)
    else:
        start_and_attach(**typed)


def _serve(settings: "Settings", as_json: bool) -> None:
    from sigproxy.wiring import serve

    def ready(status: "ServiceStatus") -> None:
        _announce(status.proxy, status.api, status.ca, status.session, as_json)

    asyncio.run(serve(settings, ready=ready))


def _announce(proxy: str, api: str, ca: str, session: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"proxy": proxy, "api": api, "ca": ca, "session": session}))
    else:
        click.echo(f"The proxy listens on {proxy}; its certificate authority is {ca}.")
    sys.stdout.flush()


def running_service(home: Path) -> "ServiceState | None":
    """Return where the service of a state folder is, None if none answers."""
    from sigproxy.api.state_file import read_state

    state = read_state(home)
    if state is None:
        return None

    async def answers() -> bool:
        from sigproxy.api.client import ControlClient

        try:
            async with ControlClient.connect(home):
                return True
        except NotRunning:
            return False

    return state if asyncio.run(answers()) else None


def ensure_running(**typed: Any) -> "Settings":
    """Start the service in the background unless one runs; return the settings."""
    from sigproxy.config import load_settings

    settings = load_settings(**typed)
    if running_service(settings.home):
        return settings
    logs = settings.home / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    log = logs / "service.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "sigproxy", "run", "--headless", *_arguments(typed)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
            env=os.environ | {"SIGPROXY_HOME": str(settings.home)},
        )
    _wait_until_it_answers(process, settings.home, log)
    return settings


def _wait_until_it_answers(process: subprocess.Popen[bytes], home: Path, log: Path) -> None:
    from sigproxy.api.state_file import read_state

    click.echo("Starting the service …", err=True)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if read_state(home) and running_service(home):
            return
        if process.poll() is not None:
            said = click.unstyle(log.read_text(encoding="utf-8", errors="replace")).removeprefix("sigproxy: ").strip()
            message, _, hint = said.partition("\n")
            raise SigproxyError(message or f"The service ended with status {process.returncode}.", hint.strip())
        time.sleep(0.05)
    raise SigproxyError(f"The service didn't start within {START_SECONDS:.0f} s.", f"What it said is in {log}.")


def _arguments(typed: dict[str, Any]) -> list[str]:
    """Turn options back into arguments."""
    names = {"apps": "--app", "options": "--set", "segment_at": "--segment-at"}
    arguments: list[str] = []
    for name, value in typed.items():
        for one in value if isinstance(value, tuple) else (value,):
            if one is True:
                arguments.append(f"--{name}")
            elif one is not None:
                arguments += [names.get(name, f"--{name}"), str(one)]
    return arguments


def start_and_attach(**typed: Any) -> None:
    """Start the service unless one runs, then open the terminal interface."""
    from sigproxy.cli.control import attach_to

    attach_to(ensure_running(**typed).home)
