"""A rule set → the one script that the local engine, the page and the phone run."""

import hashlib
import json
from dataclasses import dataclass

from sigproxy import __version__
from sigproxy.domain.rule import RuleSet


@dataclass(frozen=True, slots=True)
class Bundle:
    """The script; the same rules always give the same bytes."""

    text: str
    digest: str
    """16 hex digits over the whole text."""


def build_bundle(rules: RuleSet, runtime_js: str) -> Bundle:
    """Compile the enabled rules.

    The script is one expression behind a comment, so it works evaluated as it is, as the phones do, and as
    `globalThis.processSignal = <text>`, as the web SDK did.
    """
    manifest = {
        "tool": f"sigproxy {__version__}",
        "rules": [{"name": one.rule.name, "file": one.file, "digest": one.digest} for one in rules.enabled],
    }
    text = "\n".join(
        (
            f"/* sigproxy rules\n{_in_comment(json.dumps(manifest, indent=1))}\n*/",
            "(function () {",
            runtime_js.rstrip(),
            f"var rules = {json.dumps([one.table for one in rules.enabled])};",
            "var processSignal = sigproxyRuntime(rules);",
            "globalThis.processSignal = processSignal;",
            "return processSignal;",
            "})()",
            "",
        )
    )
    return Bundle(text, hashlib.sha256(text.encode()).hexdigest()[:16])


def _in_comment(text: str) -> str:
    return text.replace("*/", "*\\/")
