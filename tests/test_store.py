import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sigproxy.domain.upload import decode
from sigproxy.errors import SigproxyError
from sigproxy.store import Store
from tests import recordings

WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from sigproxy.domain.upload import decode
from sigproxy.store import Store
from tests import recordings

store = Store.open(Path(sys.argv[1]))
session = store.start_session("live")
with store.transaction(session.id) as transaction:
    for exchange in recordings.exchanges("v2/debug"):
        for one in decode(exchange).signals:
            transaction.signal(one)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "sigproxy.db")
    yield store
    store.close()


def fill(store: Store, name: str) -> str:
    session = store.start_session("live").id
    seen: set[str] = set()
    with store.transaction(session) as transaction:
        for exchange in recordings.exchanges(name):
            upload = decode(exchange)
            transaction.exchange(exchange, upload.role)
            for one in upload.signals:
                if one.message_id not in seen:
                    seen.add(one.message_id)
                    transaction.signal(one)
    return session


@pytest.mark.parametrize("name", [*recordings.FULL_TOURS, "v1/two-tabs", "v1/err-b-500-ajs1843"])
def test_signals_come_back_in_the_order_they_happened(store: Store, name: str) -> None:
    session = fill(store, name)
    wanted = recordings.signals_on_wire(name)
    found = list(store.signals(session))
    assert [one.message_id for one in found] == [one["messageId"] for one in wanted]
    assert [one.data for one in found] == [one["properties"]["data"] for one in wanted]


def test_committed_signals_survive_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "sigproxy.db"
    died = subprocess.run([sys.executable, "-c", WRITE_AND_DIE, str(path)], check=False)
    assert died.returncode == -signal.SIGKILL
    store = Store.open(path)
    session = store.resumable_session()
    assert session
    assert len(list(store.signals(session.id))) == 35
    store.close()


def test_a_session_that_ended_cleanly_is_resumed_only_when_asked_for(store: Store) -> None:
    session = fill(store, "v2/debug")
    assert store.resumable_session()
    store.end_session(session)
    assert store.resumable_session() is None
    resumed = store.resumable_session(ended_too=True)
    assert resumed
    assert resumed.id == session


def test_nothing_of_a_failed_transaction_stays(store: Store) -> None:
    session = store.start_session("live").id
    (one, *_) = [one for exchange in recordings.exchanges("v2/debug") for one in decode(exchange).signals]
    with pytest.raises(sqlite3.IntegrityError), store.transaction(session) as transaction:
        transaction.signal(one)
        transaction.signal(one)
    assert list(store.signals(session)) == []
    assert store.records(session, 0, 10) == []


def test_records_are_numbered_without_gaps_over_two_writers(store: Store, tmp_path: Path) -> None:
    other = Store.open(tmp_path / "sigproxy.db")
    first, second = fill(store, "v1/two-tabs"), fill(other, "v2/debug")
    numbers = [record.seq for session in (first, second) for record in store.records(session, 0, 10_000)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    other.close()


def test_old_captures_are_forgotten(store: Store) -> None:
    session = fill(store, "v1/two-tabs")
    started = store.sessions()[0].started
    assert store.forget_before(started) == 0
    assert store.forget_before(started + 1) == 1
    assert (store.sessions(), list(store.signals(session)), store.records(session, 0, 9)) == ([], [], [])


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "sigproxy.db"
    path.write_text("not a database, but long enough to be mistaken for one" * 50)
    with pytest.raises(SigproxyError, match=r"can't be opened: file is not a database"):
        Store.open(path)


def test_the_file_is_the_owners_alone(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "sigproxy.db").stat().st_mode & 0o077 == 0
