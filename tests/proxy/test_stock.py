"""The same addons inside stock mitmproxy: `mitmdump -s addons/sigproxy.py`."""

import asyncio
import json
import os
import socket
import sys
from pathlib import Path

from sigproxy.api.client import ControlClient
from sigproxy.api.state_file import read_state
from tests import recordings
from tests.e2e.running import Running, rows

REPOSITORY = Path(__file__).parents[2]


async def test_mitmdump_with_our_script_captures_and_answers(home: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    options = {"listen_host": "127.0.0.1", "listen_port": port, "confdir": home / "stock", "connection_strategy": "lazy"}
    arguments = [part for name, value in options.items() for part in ("--set", f"{name}={value}")]
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("mitmdump")), "-q", "-s", "addons/sigproxy.py", *arguments),
        cwd=REPOSITORY,
        env=os.environ | {"SIGPROXY_HOME": str(home)},
    )
    try:
        async with asyncio.timeout(30):
            while (state := read_state(home)) is None:
                await asyncio.sleep(0.05)
        assert state.proxy == f"127.0.0.1:{port}"
        service = Running(process, state.proxy, state.ca, state.session, home)
        assert set(await service.replay(recordings.exchanges("v2/debug"))) == {200}
        async with ControlClient.connect(home) as client:
            assert (await client.status()).session == state.session
        found = [one["messageId"] for one in rows(home, "signals")]
        assert found == [one["messageId"] for one in recordings.signals_on_wire("v2/debug")]
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)
    assert process.returncode == 0
    assert read_state(home) is None
    assert json.dumps([row["status"] for row in rows(home, "events")]).count("held") == 5
