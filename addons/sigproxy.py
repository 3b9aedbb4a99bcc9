"""sigproxy inside stock mitmproxy: `mitmproxy -s addons/sigproxy.py`. Watch it with `sigproxy attach`."""

import sys
from pathlib import Path

# mitmproxy puts this folder first on the path, where this file would be taken for the package of the same name.
_HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != _HERE]

from sigproxy.wiring import stock_addons  # noqa: E402 - only after the path is right

addons = stock_addons()
