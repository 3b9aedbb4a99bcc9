"""The addons, in the order in which they see a flow."""

from sigproxy.proxy.debug_flag import DebugFlag
from sigproxy.proxy.ports import Capture, Direction
from sigproxy.proxy.rules_bundle import RulesBundle
from sigproxy.proxy.scope import Scope
from sigproxy.proxy.source_settings import SourceSettings
from sigproxy.proxy.traffic import Traffic
from sigproxy.proxy.uploads import Uploads


def addons(capture: Capture, direction: Direction) -> list[object]:
    """Make them. The first decides what is seen at all, the last captures what no other answered."""
    scope = Scope(capture, direction)
    return [
        scope,
        DebugFlag(direction),
        RulesBundle(direction, scope),
        SourceSettings(direction, scope),
        Uploads(capture, scope),
        Traffic(capture, scope),
    ]
