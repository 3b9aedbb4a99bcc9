"""Who may talk to the control API: this user's own programs, and no web page and no proxied app.

A page can reach a loopback port, by DNS rebinding too. So each request needs the token, must name a loopback host, and must
not come from a browser (https://nvd.nist.gov/vuln/detail/CVE-2025-23217 is what happens otherwise).
"""

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def require(token: str) -> Middleware:
    """Make the middleware that refuses everybody else, before any handler runs."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host.rsplit(":", 1)[0] not in _LOOPBACK:
            raise web.HTTPForbidden(text="The control API answers on loopback names only.")
        if "Origin" in request.headers:
            raise web.HTTPForbidden(text="The control API doesn't talk to web pages.")
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise web.HTTPUnauthorized(text="The control API needs the token in the state folder's service.json.")
        return await handler(request)

    return check
