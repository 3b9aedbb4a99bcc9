"""Captures made without an app of one's own: the demo, and recorded files."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click


@click.command()
@click.option("--headless", is_flag=True, help="Without the terminal interface and without a browser window.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object last.")
def demo(headless: bool, as_json: bool) -> None:
    """Show everything on a small shop, in a state folder of its own: no account, no phone, no network."""
    from sigproxy.demo.run import run_demo

    sys.exit(run_demo(headless=headless or as_json, json_output=as_json))


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--rules", type=click.Path(file_okay=False, path_type=Path), help="Folder of the rules it is judged by.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON.")
def import_(file: Path, as_json: bool, **typed: Any) -> None:
    """Import recorded exchanges (one JSON object a line) into a session of their own."""
    from sigproxy.config import load_settings
    from sigproxy.importing import import_file

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty() and total > 1000:
            click.echo(f"\r{done} of {total} exchanges", nl=done == total, err=True)

    def warn(what: str) -> None:
        click.echo(f"sigproxy: {what}", err=True)

    summary = asyncio.run(import_file(load_settings(**typed), file, progress, warn)).to_json()
    if as_json:
        click.echo(json.dumps(summary))
    else:
        counts = ", ".join(f"{value} {name}" for name, value in summary.items() if name != "session")
        click.echo(f"Session {summary['session']}: {counts}.")
