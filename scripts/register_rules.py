"""The house rule for the register: each contradiction is decided where it is met, or is not ours."""

from collections.abc import Iterator

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from spec_document import Finding, Spec, Trouble
from vocabulary_rules import contradictions, unknown_sources

# As many as the project's collection of facts has; whoever finds another raises it.
COUNT = 55
_TEXT = {"type": "string", "pattern": r"\S"}
_ENTRY = Draft202012Validator(
    {
        "type": "object",
        "required": ["id", "title", "places"],
        "properties": {
            "places": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["source", "says"],
                    "properties": {"source": _TEXT, "says": _TEXT},
                    "additionalProperties": False,
                },
            },
            **dict.fromkeys(("id", "title", "decision", "why", "not_ours", "seen"), _TEXT),
        },
        "additionalProperties": False,
        "oneOf": [
            {"required": ["decision", "why"]},
            {"required": ["not_ours"]},
        ],
        "dependentRequired": {"decision": ["why"], "why": ["decision"]},
    }
)


def register_findings(spec: Spec) -> Iterator[Finding]:
    """Findings of the rule `register`; each names the line of contradictions.yaml."""
    for pointer, sentence, fix in _troubles(spec):
        line = spec.register.lines.get(pointer, 1)
        yield Finding(str(spec.register.path), line, "register", pointer, sentence, fix)


def _troubles(spec: Spec) -> Iterator[Trouble]:
    entries = spec.register.entries
    wanted = [f"C-{number}" for number in range(1, COUNT + 1)]
    ids = [entry["id"] for entry in entries]
    if ids != wanted:
        place = next(
            (index for index, pair in enumerate(zip(ids, wanted, strict=False)) if len(set(pair)) > 1), 0
        )
        sentence = f"the ids are not C-1 to C-{COUNT}, each once and in order"
        yield Trouble(f"/contradictions/{place}", sentence, "put each in its place")
    used = {place.value for place in contradictions(spec)}
    for index, entry in enumerate(entries):
        at = f"/contradictions/{index}"
        error = best_match(_ENTRY.iter_errors(entry))
        if error is not None:
            fix = "write id, title, places and either decision and why, or not_ours"
            yield Trouble(at, f"{entry['id']} is malformed: {error.message[:200]}", fix)
            continue
        for place in entry["places"]:
            for label in unknown_sources(place["source"].split(", ")):
                yield Trouble(at, f"`{label}` is no known source", "see spec/README.md")
        if "decision" in entry and entry["id"] not in used:
            fix = "mark the place with `x-contradiction`"
            yield Trouble(at, f"nothing in the contract follows the decision on {entry['id']}", fix)
