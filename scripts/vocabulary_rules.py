"""The house rules for the contract's x- vocabulary: sources, facts of operations, errors, contradictions.

One small function a rule; its name is the rule's id, its docstring the reason. spec/README.md has the words,
`vocabulary_shapes` their form (they have it when these rules run), `fact_rules` what they mean to the bodies.
"""

import re
from collections.abc import Iterator
from typing import Any

from spec_document import Place, Rule, Spec, Trouble, nodes, operations, things, token

CONFIDENCE = ("documented", "inferred", "assumed")
OURS = "punchh-contract"
# The labels of spec/README.md. A SUP- label goes on with the number of the article.
_FAMILIES = {
    "SEED": "000 001 002 003 004",
    "OAS": "PF OO1 OO2 SSO OOSUB POS POS1 POS2 MOB MOB1 MOB2 SUB PFSUB HO",
    "AE": "WH CONV RATE SBX CHG LIFE ERR",
    "DIG": "OO MOB",
    "FIRST": "SSO MOB POS",
    "GS": "SSO OO",
    "SCHEMA": "OO",
    "UA": "OO MOB PF",
    "ITEMS": "POS OO",
    "TUT": "6E 6B 5A",
    "FAQ": "API",
    "WH": "META CONF DEL FAQ",
    "EV": "RED BRZ MP GUEST REXP CHK",
}
SOURCES = {f"{family}-{name}" for family, names in _FAMILIES.items() for name in names.split()} | {
    "AE",
    "HDR",
    "REDIR",
    "CHECK",
    "SEC",
    OURS,
}


def sourced(spec: Spec) -> Iterator[Trouble]:
    """Documented, inferred and assumed are three different things, and a reader must see which."""
    for place in things(spec):
        if "x-source" not in place.value:
            fix = "add `x-source: {document: …, confidence: …}`"
            yield Trouble(place.pointer, "there is no x-source", fix)
    for pointer, node in nodes(spec.document, payloads=True):
        if pointer.endswith("/x-source"):
            labels = node["document"].split(", ")
            for label in unknown_sources(labels):
                yield Trouble(f"{pointer}/document", f"`{label}` is no known source", "see spec/README.md")
            if OURS in labels and node["confidence"] != "assumed":
                sentence = "what nobody but us says is an assumption"
                yield Trouble(f"{pointer}/confidence", sentence, "write `assumed`, or name who says it")


def unknown_sources(labels: list[str]) -> list[str]:
    """Those of `labels` that spec/README.md does not list."""
    return [label for label in labels if label not in SOURCES and not re.fullmatch(r"SUP-\d+", label)]


def operation_facts(spec: Spec) -> Iterator[Trouble]:
    """Client, sandbox and run read these; without them an operation is retried and judged by guesswork."""
    for pointer, operation in operations(spec, webhooks=False):
        for fact in ("x-retry", "x-success", "x-law"):
            if fact not in operation:
                yield Trouble(pointer, f"there is no {fact}", f"add {fact}; see spec/README.md")


def error_facts(spec: Spec) -> Iterator[Trouble]:
    """Each error fact is shown by the example of the same name, which holds its text exactly once."""
    for pointer, node in nodes(spec.document):
        if not isinstance(node, dict) or "x-error" not in node:
            continue
        bodies = node.get("content", {}).get("application/json", {}).get("examples", {})
        for name, fact in node["x-error"].items():
            at = f"{pointer}/x-error/{token(name)}"
            example = spec.resolve(bodies.get(name))
            if not isinstance(example, dict):
                yield Trouble(at, "no example of this response has its name", "add the example")
            elif _times(fact["text"], example.get("value")) != 1:
                fix = "make the text equal to one string of the example, {placeholders} apart"
                yield Trouble(f"{at}/text", "the text stands not exactly once in its example", fix)


def _times(text: str, body: Any) -> int:
    parts = re.split(r"\{\w+\}", text)
    pattern = re.compile("(.+?)".join(map(re.escape, parts)), re.DOTALL)
    leaves = (leaf for _, leaf in nodes(body, payloads=True) if isinstance(leaf, str))
    return sum(1 for leaf in leaves if pattern.fullmatch(leaf))


def known_contradiction(spec: Spec) -> Iterator[Trouble]:
    """What the contract says of a contradiction, the register decides."""
    decided = spec.register.decided()
    for pointer, name in contradictions(spec):
        if name not in decided:
            fix = "decide it in contradictions.yaml, or drop the mark"
            yield Trouble(pointer, f"the register has no decision on {name}", fix)


def contradictions(spec: Spec) -> Iterator[Place]:
    """Every id under an `x-contradiction`, those of error facts included."""
    for pointer, node in nodes(spec.document, payloads=True):
        if pointer.endswith("/x-contradiction"):
            yield from (Place(pointer, name) for name in (node if isinstance(node, list) else [node]))


RULES: tuple[Rule, ...] = (sourced, operation_facts, error_facts, known_contradiction)
