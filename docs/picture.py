"""Makes the README's picture from a real service and recorded traffic: `uv run python -m docs.picture`."""

import asyncio
import tempfile
from pathlib import Path

from sigproxy.api.client import ControlClient
from sigproxy.tui.app import SigproxyApp
from tests import recordings
from tests.e2e.running import running

HERE = Path(__file__).parent
SCREENS = {"activity": "1", "events": "3"}


async def draw(home: Path) -> None:
    """Replay a visit and photograph the screens."""
    async with running(home, "--rules", str(HERE.parent / "rules")) as service:
        await service.replay(recordings.exchanges("v2/debug"))
        async with ControlClient.connect(home) as client:
            app = SigproxyApp(client)
            async with app.run_test(size=(124, 34)) as pilot:
                for name, key in SCREENS.items():
                    await pilot.press(key)
                    await pilot.pause(1.5)
                    await pilot.press(*["up"] * 4)
                    await pilot.pause(0.5)
                    (HERE / f"{name}.svg").write_text(app.export_screenshot(title="sigproxy"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(draw(Path(folder)))
