"""A source's settings document, rewritten so that the app loads our rules.

Its shape is declared unstable by the SDK itself, so whatever isn't known is kept.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from sigproxy.domain.signal import mapping, text

RULES_HOST = "cdn.edgefn.segment.com"
"""Where published rules come from; pages with a Content-Security-Policy allow it."""

BUNDLE_PATH = "/sigproxy/"


def is_bundle_path(path: str) -> bool:
    """Whether a path, with or without query, is one of ours, whichever rules it names."""
    plain = path.partition("?")[0]
    return plain.startswith(BUNDLE_PATH) and plain.endswith(".js")


def is_settings_document(document: bytes) -> bool:
    """Whether a document is a source's settings: an app may have projects with settings of its own.

    Raises:
        ValueError: It isn't JSON.
    """
    return bool(mapping(json.loads(document)).keys() & {"integrations", "edgeFunction"})


def rules_host(document: bytes) -> str:
    """Return the host that an app loads its rules from, which may be one of its owner's.

    Raises:
        ValueError: It isn't JSON.
    """
    return _rules_host(mapping(json.loads(document)))


def bundle_url(settings: dict[str, Any], digest: str) -> str:
    """Return where the app shall load our bundle: the host it loaded its own from, under a path that changes with the rules.

    A page keeps a script whose address stays the same, whatever the cache headers say.
    """
    return f"https://{_rules_host(settings)}{BUNDLE_PATH}{digest}.js"


def _rules_host(settings: dict[str, Any]) -> str:
    known = text(mapping(settings.get("edgeFunction")).get("downloadURL")) or ""
    try:
        return urlsplit(known).hostname or RULES_HOST
    except ValueError:
        return RULES_HOST


def rewrite(document: bytes, *, version: int, digest: str) -> bytes:
    """Point a settings document at our bundle.

    Args:
        document: The document as JSON.
        version: Our rules' version; the app is told a higher one where the published rules' is, as phones take no lower.
        digest: Names our bundle.

    Raises:
        ValueError: It isn't a JSON object.
    """
    settings = json.loads(document)
    if not isinstance(settings, dict):
        raise ValueError("the settings document isn't a JSON object")
    published = mapping(settings.get("edgeFunction"))
    upstream = published.get("version")
    settings["edgeFunction"] = published | {
        "version": max(version, upstream + 1) if isinstance(upstream, int) else version,
        "downloadURL": bundle_url(settings, digest),
    }
    # The web SDK and the phones' look for auto-instrumentation under different names; null stops some versions.
    for key in ("autoInstrumentationSettings", "autoInstrumentation"):
        settings[key] = {"sampleRate": 0} | {
            name: value for name, value in mapping(settings.get(key)).items() if value is not None
        }
    return json.dumps(settings, separators=(",", ":")).encode()


def upload_host(document: bytes) -> str | None:
    """Return the host that the settings tell the SDK to send events to; None where they don't."""
    try:
        settings = mapping(json.loads(document))
    except ValueError:
        return None
    host = text(mapping(mapping(settings.get("integrations")).get("Segment.io")).get("apiHost"))
    try:
        return urlsplit(f"https://{host}").hostname if host else None
    except ValueError:
        return None
