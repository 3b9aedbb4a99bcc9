"""Why there are no signals yet: the way from the app to the first one, each step ticked by what was observed."""

from dataclasses import dataclass

from sigproxy.tui.clock import Clock
from sigproxy.tui.state import SessionState


@dataclass(frozen=True, slots=True)
class Rung:
    """A step that has been seen to work, or the advice that gets it to."""

    title: str
    seen: str
    """What was observed; empty while nothing was."""

    advice: str


def ladder(session: SessionState, clock: Clock) -> list[Rung]:
    """Return the steps in the order in which they happen."""
    status, seen = session.status, session.exchanges
    proxy = status.proxy if status else ""
    detection = clock.left(status.detection_until) if status else None
    return [
        Rung("sigproxy listens", proxy, "Waiting for the service to answer."),
        Rung(
            "Signal detection is on",
            f"for {detection}" if detection else "",
            "Press t: pages then load with segment_signals_debug=true.",
        ),
        Rung(
            "The app comes through the proxy",
            _count(seen.total(), "exchange"),
            f"Run `sigproxy open URL`, or set {proxy or 'us'} as the app's proxy.",
        ),
        Rung(
            "It asks Segment for its settings",
            _count(seen["settings"], "request"),
            "Load a page with analytics.js; reload one that was open before.",
        ),
        Rung(
            "It loads the rules bundle",
            _count(seen["bundle"], "request"),
            "None yet: is Auto-Instrumentation on for this source?",
        ),
        Rung(
            "It uploads signals",
            _count(seen["signals"], "upload"),
            "Click in the app. Uploads take 5 signals or 2 s; mobile 20 or 60 s.",
        ),
    ]


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}" if count else ""
