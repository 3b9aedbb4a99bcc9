"""A local stand-in for Segment's hosts: one application, told apart by path. What reaches it would have reached Segment."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sigproxy.domain.exchange import Exchange
from sigproxy.domain.upload import decode

WRITE_KEY = "sigproxyDemoWriteKey"


@dataclass
class Received:
    """What arrived, by messageId."""

    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    signals: dict[str, dict[str, Any]] = field(default_factory=dict)


def settings_document() -> dict[str, Any]:
    """Return a source's settings as Segment's CDN serves them, with published rules."""
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": WRITE_KEY,
                "apiHost": "api.segment.io/v1",
                "unbundledIntegrations": [],
                "addBundledMetadata": True,
                "maybeBundledConfigIds": {},
                "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
            }
        },
        "plan": {
            "track": {"__default": {"enabled": True, "integrations": {}}},
            "identify": {"__default": {"enabled": True}},
            "group": {"__default": {"enabled": True}},
        },
        "edgeFunction": {"version": 3, "downloadURL": f"https://cdn.edgefn.segment.com/{WRITE_KEY}/published.js"},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
        "autoInstrumentationSettings": {"sampleRate": 0, "disableTraffic": False},
    }


def segment_app(received: Received) -> web.Application:
    """Build the stand-in."""

    async def settings(request: web.Request) -> web.Response:
        return web.json_response(settings_document(), headers=_cors(request) | {"cache-control": "public, max-age=10800"})

    async def bundle(request: web.Request) -> web.Response:
        script = "globalThis.processSignal = function () {};"
        return web.Response(text=script, content_type="application/javascript", headers=_cors(request))

    async def upload(request: web.Request) -> web.Response:
        exchange = Exchange("", "POST", str(request.url), (), await request.read(), 0.0)
        found = decode(exchange)
        received.events |= {event.message_id: event.payload for event in found.events}
        received.signals |= {signal.message_id: signal.raw for signal in found.signals}
        return web.json_response({"success": True}, headers=_cors(request))

    async def preflight(request: web.Request) -> web.Response:
        allowed = {"access-control-allow-headers": "authorization, content-type, x-retry-count"}
        return web.Response(status=204, headers=_cors(request) | allowed)

    app = web.Application()
    app.add_routes(
        [
            web.get("/v1/projects/{key}/settings", settings),
            web.get("/{key}/published.js", bundle),
            web.post("/v1/{what}", upload),
            web.options("/{path:.*}", preflight),
        ]
    )
    return app


def _cors(request: web.Request) -> dict[str, str]:
    return {"access-control-allow-origin": request.headers.get("origin", "*"), "vary": "Origin"}
