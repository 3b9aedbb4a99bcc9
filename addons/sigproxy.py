"""sigproxy inside stock mitmproxy: `mitmproxy -s addons/sigproxy.py`. Attach to it with `sigproxy attach`."""

from sigproxy.wiring import stock_addons

addons = stock_addons()
