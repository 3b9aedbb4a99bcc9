"""Which hosts are Segment's, and how a person names those of an app."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from ipaddress import ip_address

SEGMENT_DOMAINS = ("segment.com", "segment.io", "segmentapis.com", "segment.build")
"""Domains of Segment's settings, rules, signals and tracking hosts, the EU's and an old SDK's staging host among them."""


def is_segment(host: str) -> bool:
    """Whether a host is one of Segment's."""
    host = host.lower().rstrip(".")
    return any(host == domain or host.endswith("." + domain) for domain in SEGMENT_DOMAINS)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or address; other names that resolve to it aren't known here."""
    host = host.lower().rstrip(".").strip("[]")
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def matches_any(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host fits a pattern such as `shop.example.com`, `*.example.com` (itself included) or `shop:8443`."""
    host = host.lower().rstrip(".")
    return any(_matches(host, _without_port(pattern.lower())) for pattern in patterns)


def _matches(host: str, pattern: str) -> bool:
    return fnmatchcase(host, pattern) or (pattern.startswith("*.") and host == pattern[2:])


def _without_port(pattern: str) -> str:
    name, colon, port = pattern.rpartition(":")
    return name if colon and port.isdigit() and ":" not in name else pattern
