import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigproxy.domain.hosts import SEGMENT_DOMAINS, is_loopback, is_segment, matches_any

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("api.localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("0.0.0.0", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("192.168.0.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback


@given(LABEL, st.sampled_from(SEGMENT_DOMAINS))
def test_subdomains_are_segments_and_look_alikes_are_not(label: str, domain: str) -> None:
    assert is_segment(f"{label}.{domain}")
    assert not is_segment(f"{label}{domain}")
    assert not is_segment(f"{domain}.{label}x")


@given(LABEL, LABEL)
def test_a_pattern_takes_what_is_under_it_and_itself(label: str, name: str) -> None:
    host = f"{name}.example"
    assert matches_any(f"{label}.{host}", [f"*.{host}"])
    assert matches_any(host, [f"*.{host}:8443"])
    assert matches_any(f"{host}.", [host.upper()])
    assert not matches_any(f"{label}{host}", [f"*.{host}"])
    assert not matches_any(host, [])
