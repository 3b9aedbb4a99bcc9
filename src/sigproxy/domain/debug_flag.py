"""Whether a navigation is sent on with the SDK's debug flag: the SDK reads it from the address at page load and remembers it
for the tab (facts: "When signals are uploaded")."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

FLAGS = "segment_signals_debug=true&segment_signals_disable_redaction=true"
"""Both: newer releases ask for the second to show real values."""

_KNOWN_FLAGS = {"segment_signals_debug", "seg_signals_debug"}
_CALLBACK_KEYS = {"id_token", "access_token", "oauth_token", "samlresponse", "samlrequest", "ticket"}
_DOWNLOADS = (
    *(".zip", ".gz", ".tgz", ".7z", ".dmg", ".exe", ".msi", ".pkg", ".apk", ".ipa", ".deb", ".iso"),
    *(".pdf", ".csv", ".xls", ".xlsx", ".doc", ".docx", ".ppt", ".pptx", ".json", ".xml", ".txt"),
    *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".mp3", ".mp4", ".webm"),
)


def flagged(method: str, url: str, headers: Mapping[str, str], *, origin_known: bool) -> str | None:
    """Return the address with the flags, or None where the navigation is left alone.

    Args:
        method: The request's method.
        url: Its URL; the query's bytes and order are kept.
        headers: Its headers, names in lower case.
        origin_known: The flag was put on a page of this origin before, so a tab that navigates inside it has it.
    """
    parts = urlsplit(url)
    if method != "GET" or not _is_top_level(headers) or _is_callback(parts.query) or _has_flag(parts.query):
        return None
    if parts.path.lower().endswith(_DOWNLOADS) or (origin_known and _is_same_origin(url, headers)):
        return None
    query = f"{parts.query}&{FLAGS}" if parts.query else FLAGS
    return parts._replace(query=query).geturl()


def _is_top_level(headers: Mapping[str, str]) -> bool:
    if headers.get("purpose") == "prefetch" or "prefetch" in headers.get("sec-purpose", ""):
        return False
    destination = headers.get("sec-fetch-dest")
    if destination is not None:
        return destination == "document"
    # Browsers leave the Sec-Fetch headers out on plain http; scripts ask for */*.
    return "text/html" in headers.get("accept", "") and "x-requested-with" not in headers


def _has_flag(query: str) -> bool:
    return any(name in _KNOWN_FLAGS for name, _ in parse_qsl(query, keep_blank_values=True))


def _is_callback(query: str) -> bool:
    """Providers sign or check the address they send a browser back to: it must arrive as it is."""
    names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    return bool(names & _CALLBACK_KEYS) or {"code", "state"} <= names


def _is_same_origin(url: str, headers: Mapping[str, str]) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(headers.get("referer", ""))[:2] == urlsplit(url)[:2]
