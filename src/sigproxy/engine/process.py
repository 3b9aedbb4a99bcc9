"""One engine process, seen from the service: a request, an answer, and a hard limit on the wait."""

import asyncio
import contextlib
import os
import sys

from sigproxy.engine.frames import HEADER, Op, pack

START_SECONDS = 20.0
"""For the process to start its engine: it takes 0.3 s, but a busy machine may be slow."""

GRACE = 0.35
"""Seconds beyond the soft limit after which the process is killed."""

MAX_REPLY = 512 * 1024 * 1024


class EngineLostError(Exception):
    """The process didn't answer in time or ended; it is gone. The message says why."""


class EngineProcess:
    """A running worker."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process = process
        self.name = name

    @classmethod
    async def start(cls, wanted: str) -> "EngineProcess":
        """Start one.

        Raises:
            EngineLostError: No engine runs on this machine.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sigproxy.engine.worker", wanted),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT") if name in os.environ},
            limit=MAX_REPLY,
        )
        worker = cls(process, "")
        _, worker.name = await worker._reply(START_SECONDS)
        return worker

    async def ask(self, op: Op, text: str, seconds: float) -> tuple[str, str]:
        """Send a request and return its reply (`k` or `x`, text).

        Raises:
            EngineLostError: It took longer than `seconds` and the grace, or the process ended.
        """
        if not self._process.stdin:
            raise EngineLostError("has no input")
        try:
            self._process.stdin.write(pack(op, text))
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as problem:
            await self.kill()
            raise EngineLostError("ended") from problem
        return await self._reply(seconds + GRACE)

    async def _reply(self, seconds: float) -> tuple[str, str]:
        stream = self._process.stdout
        assert stream
        try:
            async with asyncio.timeout(seconds):
                op, length = HEADER.unpack(await stream.readexactly(HEADER.size))
                text = (await stream.readexactly(length)).decode("utf-8", "surrogatepass")
        except TimeoutError as problem:
            await self.kill()
            raise EngineLostError("took too long and could not be stopped") from problem
        except asyncio.IncompleteReadError as problem:
            await self.kill()
            raise EngineLostError("used too much memory, or crashed the engine") from problem
        except BaseException:
            # Cancelled between request and reply: the next reply would be taken for another request's.
            await self.kill()
            raise
        if op == b"d":
            await self.kill()
            raise EngineLostError(text)
        return op.decode(), text

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.returncode is None

    async def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin:
            self._process.stdin.close()
        await self._process.wait()
        # Lets the transports see the end of their pipes, so that none is left to the garbage collector.
        if self._process.stdout:
            with contextlib.suppress(Exception):
                await self._process.stdout.read()
