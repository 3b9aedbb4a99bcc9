"""Printing what was captured; works with and without a running service."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from sigproxy.errors import UsageError

if TYPE_CHECKING:
    from sigproxy.domain.records import EventRow, SignalRow
    from sigproxy.store import Store


def _row_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")(command)
    command = click.option("--type", "kind", metavar="TYPE", help="Only those of this type.")(command)
    return click.option("--session", metavar="ID", help="Another session than the latest.")(command)


@click.command()
@_row_options
def signals(session: str | None, kind: str | None, as_json: bool) -> None:
    """List the signals of a session, in the order they happened.

    \b
    sigproxy signals --type network
    sigproxy signals --json | jq .data
    """
    with _store() as store:
        for row in store.signals(_session(store, session), kind):
            click.echo(_json(row) if as_json else _signal_line(row))


@click.command()
@_row_options
def events(session: str | None, kind: str | None, as_json: bool) -> None:
    """List the events of a session: sent by the app, foretold by the rules, or both."""
    with _store() as store:
        for row in store.events(_session(store, session), kind):
            click.echo(_json(row) if as_json else _event_line(row))


@contextmanager
def _store() -> "Iterator[Store]":
    from sigproxy.config import state_folder
    from sigproxy.store import Store

    path = state_folder() / "sigproxy.db"
    if not path.exists():
        raise UsageError(
            "Nothing has been captured yet.", "Start with `sigproxy demo`, `sigproxy open URL` or `sigproxy import FILE`."
        )
    store = Store.open(path, read_only=True)
    try:
        yield store
    finally:
        store.close()


def _session(store: "Store", wanted: str | None) -> str:
    if wanted and not store.session_exists(wanted):
        known = ", ".join(row.id for row in store.sessions()[-10:]) or "none"
        raise UsageError(f"There is no session `{wanted}`.", f"Known are: {known}.")
    found = wanted or store.latest_session()
    if not found:
        raise UsageError("Nothing has been captured yet.", "Start with `sigproxy demo` or `sigproxy open URL`.")
    return found


def _json(row: "SignalRow | EventRow") -> str:
    return json.dumps(row.model_dump(by_alias=True, mode="json"))


def _signal_line(row: "SignalRow") -> str:
    return f"{row.timestamp[11:23]:12}  {row.label:16}  {row.summary}"


def _event_line(row: "EventRow") -> str:
    rule = f"by rule {row.rule}" if row.rule else "by a rule" if row.origin == "rule" else "by hand"
    return f"{row.timestamp[11:23]:12}  {row.status:9}  {row.type:8}  {row.name}  ({rule})"
