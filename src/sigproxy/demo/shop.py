"""The demo's shop: static pages and three calls that answer JSON."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from aiohttp import web

PRODUCTS: list[dict[str, Any]] = [
    {"id": "tent", "title": "Ridge Tent", "price": 249.0, "currency": "EUR", "picture": "⛺", "button": "Add to Cart"},
    {"id": "boots", "title": "Trail Boots", "price": 139.5, "currency": "EUR", "picture": "🥾", "button": "Add to Cart"},
    {"id": "card", "title": "Gift Card", "price": 50.0, "currency": "EUR", "picture": "🎁", "button": "Add Gift Card"},
]
"""The gift card's button is worded otherwise, so that a rule made for "Add to Cart" misses it."""


def shop_app() -> web.Application:
    """Build the shop."""
    site = Path(str(files("sigproxy.demo") / "site"))

    async def index(request: web.Request) -> web.FileResponse:
        return web.FileResponse(site / "index.html", headers={"cache-control": "no-store"})

    app = web.Application()
    app.add_routes(
        [
            web.get("/", index),
            web.get("/api/products", _products),
            web.post("/api/cart", _cart),
            web.post("/api/login", _login),
            web.static("/", site),
        ]
    )
    return app


async def _products(request: web.Request) -> web.Response:
    return web.json_response(PRODUCTS)


async def _cart(request: web.Request) -> web.Response:
    asked = await request.json()
    product = next((one for one in PRODUCTS if one["id"] == asked.get("productId")), None)
    if product is None:
        return web.json_response({"error": "no such product"}, status=404)
    kept = {key: product[key] for key in ("id", "title", "price", "currency")}
    return web.json_response({"product": kept, "quantity": asked.get("quantity", 1)}, status=201)


async def _login(request: web.Request) -> web.Response:
    asked = await request.json()
    return web.json_response({"userId": "user-1234", "email": asked.get("email"), "plan": "gold"})
