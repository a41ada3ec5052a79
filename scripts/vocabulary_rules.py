"""The house rules for the contract's x- vocabulary: sources, facts of operations, errors, contradictions.

One small function a rule; its name is the rule's id, its docstring the reason. spec/README.md has the words,
`vocabulary_shapes` their form (they have it when these rules run), `fact_rules` what they mean to the bodies.
"""

import re
from collections.abc import Iterator
from typing import Any

from spec_document import PAYLOADS, Place, Rule, Spec, Trouble, nodes, operations, things, token

CONFIDENCE = ("documented", "inferred", "assumed")
OURS = "punchh-contract"
FIXTURES = ("guest", "asset", "amount", "store", "client")
# Properties of requests that look as if they named a guest or an asset, or are personal, and name none.
NO_FIXTURE = {
    "cc_last4": "four digits of a card reach nobody",
    "employee_id": "the till's own number of who served",
    "employee_name": "who served; nothing is looked up by it",
    "force_message": "a sentence for staff",
    "item_id": "the till's own id; Punchh only repeats it",
    "menu_item_id": "the till's own id; Punchh only repeats it",
}
NAMING = re.compile(r"(.+_)?(id|code|key)|email|client|store_number|authentication_token")
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


def marked_fixtures(spec: Spec) -> Iterator[Trouble]:
    """The contract run invents values for what is not marked, and sends them to other people's servers."""
    asked: dict[str, Any] = {}
    for pointer, operation in operations(spec, webhooks=False):
        asked |= request_properties(spec, f"{pointer}/requestBody", operation.get("requestBody", {}))
    for pointer, field in asked.items():
        name = pointer.rpartition("/")[2]
        suspect = NAMING.fullmatch(name) or "x-pii" in field
        if suspect and name not in NO_FIXTURE and "x-fixture" not in field:
            fix = "add `x-fixture`, or a reason to NO_FIXTURE in vocabulary_rules.py"
            yield Trouble(pointer, f"`{name}` may name a guest or an asset and is not marked", fix)
    for pointer, node in nodes(spec.document):
        marked = isinstance(node, dict) and "x-fixture" in node and not pointer.endswith("/properties")
        if marked and pointer not in asked:
            sentence = "x-fixture is read on properties of requests only"
            yield Trouble(f"{pointer}/x-fixture", sentence, "remove it")


def request_properties(spec: Spec, pointer: str, node: Any) -> dict[str, Any]:
    """Every property under `node`, however deep and through every reference, by pointer."""
    found: dict[str, Any] = {}
    pending = [Place(pointer, node)]
    seen: set[str] = set()
    while pending:
        place = pending.pop()
        if place.pointer in seen or not isinstance(place.value, dict | list):
            continue
        seen.add(place.pointer)
        if isinstance(place.value, dict):
            if isinstance(place.value.get("$ref"), str):
                pending.append(spec.place(place.pointer, {"$ref": place.value["$ref"]}))
            if place.pointer.rpartition("/")[0].endswith("/properties"):
                found[place.pointer] = place.value
            pending += [
                Place(f"{place.pointer}/{token(key)}", value)
                for key, value in place.value.items()
                if key not in PAYLOADS and key != "examples"
            ]
        else:
            pending += [Place(f"{place.pointer}/{index}", each) for index, each in enumerate(place.value)]
    return found


RULES: tuple[Rule, ...] = (sourced, operation_facts, error_facts, known_contradiction, marked_fixtures)
