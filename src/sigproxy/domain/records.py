"""What the feed carries: one numbered record for each thing that happened, and the rows inside them.

Rows are what every client shows and prints, so their JSON names are a promise: camel case, as Segment
spells its own fields.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

type SignalType = Literal["interaction", "navigation", "network", "localData", "instrumentation", "userDefined"]

SIGNAL_TYPES: tuple[SignalType, ...] = (
    "interaction",
    "navigation",
    "network",
    "localData",
    "instrumentation",
    "userDefined",
)
"""The six types of https://segment.com/docs/connections/auto-instrumentation/, in the order shown."""

type EventStatus = Literal["predicted", "confirmed", "sent", "held", "released", "delivered", "failed", "dropped"]
type EventType = Literal["track", "identify", "page", "screen", "group", "alias"]
type Upstream = Literal["hold", "release"]


class Row(BaseModel):
    """Base of all rows: frozen, camel case in JSON, snake case in Python."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class SignalRow(Row):
    """One signal, decoded, with the fields of the wire untouched in `data` and `context`."""

    seq: int
    """Its number on the feed, in order of arrival."""

    type: str
    """One of `SIGNAL_TYPES`, or whatever else the wire said."""

    label: str
    """The type as Event Builder words it: `Button click`, `Network response`, `Page navigation`..."""

    summary: str
    """One line for a list, such as `"Add to Cart"` or `201 POST /api/cart`."""

    timestamp: str
    """ISO 8601, when the app made the signal (not when it was uploaded); empty where absent."""

    index: int | None
    """The SDK's counter; restarts with each page load, -1 on recent Swift SDKs."""

    anonymous_id: str | None
    message_id: str
    data: Any
    context: dict[str, Any] | None = None
    page_url: str | None = None
    masked: tuple[str, ...] = ()
    """Paths inside `data` whose values look like the SDK's mask (`XXX`, 999)."""


class EventRef(Row):
    """Enough of an event to name it in a difference."""

    id: str
    type: EventType
    name: str
    rule: str | None


class EventRow(Row):
    """One Segment event: foretold by the local engine, sent by the app, or both."""

    id: str
    """`e<n>` for what the app sent, `p<digest>` for a prediction the app has not sent."""

    seq: int
    """The feed's number at its last change."""

    status: EventStatus
    """predicted: only foretold. held: the app sent it, it waits here. released, delivered, failed, dropped:
    what became of it. confirmed / sent: the app's own upload went upstream (an import, say), foretold or not."""

    origin: Literal["rule", "app"]
    """rule: made from signals (`context.__eventOrigin` on the wire, or foretold). app: coded by hand."""

    confirmed: bool
    """Both foretold by a local rule and sent by the app."""

    type: EventType
    name: str
    """The track event's name, the page or screen name, or the user or group id."""

    rule: str | None
    """Name of the local rule that foretold it."""

    causes: tuple[str, ...]
    """messageIds of the signals that made it, in the rule's trigger order."""

    timestamp: str
    anonymous_id: str | None
    user_id: str | None = None
    message_id: str | None
    """The app's messageId; None for a prediction."""

    payload: dict[str, Any]
    """The whole Segment message; for a prediction what the rule would send."""

    reason: str | None = None
    """Why it failed, where it did."""

    @property
    def ref(self) -> EventRef:
        """Its name in a difference."""
        return EventRef(id=self.id, type=self.type, name=self.name, rule=self.rule)


class ExchangeRow(Row):
    """One HTTP exchange in a line; the bodies stay in the store."""

    seq: int
    id: str
    role: Literal["settings", "bundle", "signals", "events", "metrics", "preflight", "app"]
    method: str
    url: str
    status: int | None
    request_bytes: int
    response_bytes: int
    ms: int | None
    """Milliseconds from request to the response's end; None where no response came."""

    answered_by: Literal["upstream", "sigproxy"]
    error: str | None = None


class RejectRow(Row):
    """Something that looked like an upload and couldn't be decoded; the raw bytes stay in the store."""

    seq: int
    exchange: str
    """Id of the exchange it came in."""

    reason: str
    excerpt: str
    """The first characters of what was refused."""


class RuleInfo(Row):
    """A rule as lists show it."""

    name: str
    event: EventType
    file: str
    """Path relative to the rules folder."""

    enabled: bool
    description: str = ""
    fired: int = 0
    """Events it makes from the session's signals."""


class RulesError(Row):
    """Why a rules folder was refused; the rules loaded before stay in force."""

    file: str
    line: int | None
    column: int | None
    why: str
    excerpt: str = ""
    """The offending line, where there is one."""


class RulesState(Row):
    """The rules in force."""

    version: int
    """Rises with every accepted change and is what the app is told in its settings."""

    digest: str
    folder: str
    loaded_at: float
    """Epoch seconds."""

    rules: tuple[RuleInfo, ...]
    error: RulesError | None = None
    """The last refusal, where it came after this set was loaded."""


class Judged(Row):
    """A rule set's verdict on the whole session, against the set before it."""

    version: int
    signals: int
    before: int
    """Events the earlier rules made of the session."""

    after: int
    gained: tuple[EventRef, ...]
    lost: tuple[EventRef, ...]
    changed: tuple[EventRef, ...]
    ms: int
    """From the save being noticed to this verdict."""


class RuleFailure(Row):
    """A rule that threw, or ran out of time or memory, on one signal."""

    rule: str | None
    why: str
    signal: str | None
    """messageId of the signal."""


class ServiceStatus(Row):
    """Where the service is and what it is doing."""

    version: str
    proxy: str
    """`host:port` to point an app at."""

    api: str
    ca: str
    """Path of the certificate authority's PEM file."""

    session: str
    session_started: float
    upstream: Upstream
    """hold: nothing leaves until released. release: events go on as they arrive; signals still don't."""

    detection_until: float | None
    """Epoch seconds at which the debug flag stops being injected; None while detection is off."""

    rules_version: int
    rules_folder: str
    engine: str
    """`v8` or `quickjs`."""

    decrypted: tuple[str, ...]
    """Host patterns whose TLS is opened."""

    passed_through: int
    """Connections relayed without being opened."""


type RecordKind = Literal[
    "status",
    "exchange",
    "signal",
    "event",
    "event_gone",
    "reject",
    "rules",
    "rules_rejected",
    "judged",
    "rule_failed",
]


class Record(BaseModel):
    """One entry of the feed.

    `payload` is the row's JSON: `status` ServiceStatus, `exchange` ExchangeRow, `signal` SignalRow, `event` EventRow
    (an upsert by id), `event_gone` EventRef, `reject` RejectRow, `rules` RulesState, `rules_rejected` RulesError,
    `judged` Judged, `rule_failed` RuleFailure.
    """

    model_config = ConfigDict(frozen=True)

    seq: int
    at: float
    """Epoch seconds at which it happened."""

    kind: RecordKind
    payload: dict[str, Any] = Field(default_factory=dict)
