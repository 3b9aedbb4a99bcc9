"""mitmproxy with only the addons that are needed: the rest costs time on every request and opens doors nobody asked for."""

import asyncio
import difflib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from mitmproxy import exceptions
from mitmproxy.addons import block, core, disable_h2c, next_layer, proxyserver, tlsconfig, upstream_auth
from mitmproxy.master import Master
from mitmproxy.options import Options

from sigproxy.errors import SigproxyError, UsageError
from sigproxy.proxy.addon import addons
from sigproxy.proxy.large_bodies import LargeBodies
from sigproxy.proxy.ports import Capture, Direction


class SigproxyMaster(Master):
    """A master that says when it runs."""

    def __init__(self, options: Options, confdir: Path) -> None:
        super().__init__(options, event_loop=asyncio.get_running_loop())
        self.ca_path = confdir / "mitmproxy-ca-cert.pem"
        self.proxyserver = proxyserver.Proxyserver()
        self.started = asyncio.Event()

    async def running(self) -> None:
        """Note that the servers are up, or have failed to come up."""
        await super().running()
        self.started.set()


def build_master(
    *, listen_host: str, listen_port: int, confdir: Path, options: Sequence[str], capture: Capture, direction: Direction
) -> SigproxyMaster:
    """Build the proxy; `running` starts it.

    Args:
        listen_host: Address to listen on.
        listen_port: Port; 0 for any that is free.
        confdir: Folder of the certificate authority, made where it isn't there.
        options: mitmproxy options, each `name=value`.
        capture: Takes what is seen.
        direction: Says what to do.

    Raises:
        UsageError: An option is unknown, its value can't be used, or it would let uploads escape.
    """
    _quiet_logs()
    _make_private(confdir)
    master = SigproxyMaster(Options(listen_host=listen_host, listen_port=listen_port, confdir=str(confdir)), confdir)
    master.addons.add(
        core.Core(),
        block.Block(),
        disable_h2c.DisableH2C(),
        master.proxyserver,
        next_layer.NextLayer(),
        tlsconfig.TlsConfig(),
        upstream_auth.UpstreamAuth(),
        LargeBodies(),
        *addons(capture, direction),
    )
    # Lazily, a Segment host is answered with no network at all.
    master.options.update(connection_strategy="lazy", http3=False)
    for option in options:
        _set(master.options, option)
    return master


@asynccontextmanager
async def running(master: SigproxyMaster) -> AsyncIterator[tuple[str, int]]:
    """Run the proxy during the block; gives the address it listens on.

    Raises:
        SigproxyError: It can't listen there.
    """
    try:
        _check_address(master.options.listen_host, master.options.listen_port or 0)
    except SigproxyError:
        await master.done()
        raise
    task = asyncio.create_task(master.run(), name="proxy")
    started = asyncio.create_task(master.started.wait())
    try:
        await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        addresses = master.proxyserver.listen_addrs()
        if not addresses:
            raise SigproxyError("The proxy can't listen.", "Choose another port with --port, or --port 0 for any free one.")
        _make_files_private(master.ca_path.parent)
        yield addresses[0][0], addresses[0][1]
    finally:
        started.cancel()
        master.shutdown()
        await task
        await master.proxyserver.servers.update([])


def _check_address(host: str, port: int) -> None:
    """Try the address first: mitmproxy only logs why it can't listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
            trial.listen(1)
        except OSError as problem:
            raise _explain(host, port, problem) from problem


def _explain(host: str, port: int, problem: OSError) -> SigproxyError:
    if problem.errno == errno.EADDRINUSE:
        return SigproxyError(
            f"Port {port} is in use by another program.", "Choose another with --port, or --port 0 for any free one."
        )
    if problem.errno in (errno.EACCES, errno.EPERM):
        return SigproxyError(f"Listening on port {port} isn't permitted.", "Choose one above 1023 with --port.")
    return SigproxyError(f"The proxy can't listen on {host}:{port}: {problem.strerror or problem}.", "Check --host and --port.")


def _set(options: Options, spec: str) -> None:
    name = spec.split("=", 1)[0]
    if name == "stream_large_bodies":
        raise UsageError(
            "`stream_large_bodies` can't be set: uploads above it would reach Segment before they are captured.",
            "Bodies over 1 MB are streamed as it is.",
        )
    if name not in options:
        close = difflib.get_close_matches(name, [known for known, _ in options.items()], n=1)
        raise UsageError(f"mitmproxy has no option `{name}` here.", f"Did you mean `{close[0]}`?" if close else "")
    try:
        options.set(spec)
    except exceptions.OptionsError as problem:
        raise UsageError(f"The mitmproxy option `{spec}` can't be used: {problem}.", "Write it as --set name=value.") from problem


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _make_files_private(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o600)


def _quiet_logs() -> None:
    """Keep mitmproxy's log off the terminal; Python would print its warnings there."""
    logger = logging.getLogger("mitmproxy")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logging.getLogger("hpack").setLevel(logging.WARNING)
