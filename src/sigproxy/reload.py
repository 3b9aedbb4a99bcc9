"""Rule files → the rules in force: at the start, and again whenever a file changes."""

import asyncio
import time
from pathlib import Path

from watchfiles import awatch

from sigproxy.domain.bundle import build_bundle
from sigproxy.domain.records import RulesError
from sigproxy.errors import RulesInvalid
from sigproxy.judge import Compiled, Judge
from sigproxy.rulefiles import load_rules
from sigproxy.runtime import runtime_js
from sigproxy.writer import Writer

DEBOUNCE_MS = 30
"""An editor's save is several changes within a few milliseconds; they are taken as one."""

STEP_MS = 10

LOOK_AGAIN_MS = 2_000
"""Files are read this often without a notification too: network file systems, and a watch still starting, send none."""


def compile_rules(folder: Path) -> Compiled:
    """Read and compile all rules of a folder. An absent folder holds none.

    Raises:
        RulesInvalid: One of them can't be used; nothing of the folder is.
    """
    rules = load_rules(folder)
    return Compiled(rules, build_bundle(rules, runtime_js()), str(folder))


class Reloader:
    """Watches one folder."""

    def __init__(self, folder: Path, judge: Judge, writer: Writer) -> None:
        self._folder = folder
        self._judge = judge
        self._writer = writer
        self._tried: str | None = None
        self._unreadable = False
        self.error: RulesError | None = None
        """Why the files as they are now are not in force; None when they are."""

    async def load(self) -> None:
        """Put the files as they are now in force; what can't be used is told on the feed and changes nothing."""
        noticed = time.monotonic()
        try:
            compiled = await asyncio.to_thread(compile_rules, self._folder)
            if compiled.bundle.digest == self._tried and not self._unreadable:
                return
            self._tried, self._unreadable = compiled.bundle.digest, False
            await self._judge.swap(compiled, noticed)
            self.error = None
        except RulesInvalid as refusal:
            self._unreadable = refusal.problems != ()
            await self._refuse(refusal)

    async def watch(self) -> None:
        """Load again at every change, for ever; a folder that is taken away is made again."""
        while True:
            try:
                await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
                await self._watch_folder()
            except OSError as problem:
                why = problem.strerror or str(problem)
                await self._refuse(RulesInvalid(f"the rules folder can't be watched: {why}"))
            await asyncio.sleep(LOOK_AGAIN_MS / 1000)

    async def _watch_folder(self) -> None:
        changes = awatch(self._folder, debounce=DEBOUNCE_MS, step=STEP_MS, rust_timeout=LOOK_AGAIN_MS, yield_on_timeout=True)
        async for _ in changes:
            await self.load()
            if not await asyncio.to_thread(self._folder.is_dir):
                return

    async def _refuse(self, refusal: RulesInvalid) -> None:
        unknown = RulesError(file=str(self._folder), line=None, column=None, why=refusal.message)
        error = next(iter(refusal.problems), unknown)
        if error != self.error:
            self.error = error
            await self._writer.write(lambda transaction: transaction.record("rules_rejected", error))
