"""Hold every example and every sample of the event to the open schema and to its strict twin.

Objects in the contract are open, so the open schema alone would let a misspelt key in an example pass.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from spec_document import Finding, Spec, Trouble, examples, nodes, token
from strict_twin import Schema, strict

from punchh_contract.events.engines import reference

Judge = tuple[Draft202012Validator, Draft202012Validator]
_LONGEST_SENTENCE = 240


def examples_fit(spec: Spec) -> Iterator[Trouble]:
    """Every example of a body, a parameter or a header fits its schema, unknown keys and values included."""
    for pointer, node in nodes(spec.document):
        if (
            isinstance(node, dict)
            and isinstance(node.get("schema"), dict)
            and "/components/schemas/" not in pointer
        ):
            both = judge(spec, node["schema"])
            for place in examples(spec, pointer, node):
                yield from _troubles(both, place.value, place.pointer)


def event_sample_findings(spec: Spec, samples: Iterable[Path]) -> Iterator[Finding]:
    """Findings of the rule `event_samples`: each file is a redemptions event by both schemas."""
    paths = sorted(samples)
    body = spec.document.get("webhooks", {}).get("redemptions", {}).get("post", {}).get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        if paths:
            trouble = Trouble(
                "/webhooks", "there is no redemptions event to hold the samples to", "describe it"
            )
            yield spec.finding("event_samples", trouble)
        return
    both = judge(spec, schema)
    for path in paths:
        try:
            event = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            sentence = f"the sample cannot be read as JSON: {error}"
            yield Finding(str(path), 1, "event_samples", "", sentence, "write one JSON object in UTF-8")
            continue
        for trouble in _troubles(both, event, ""):
            yield Finding(str(path), 1, "event_samples", *trouble)


def judge(spec: Spec, schema: Schema) -> Judge:
    """The open schema and its strict twin, each standing alone and checking formats."""
    document = {**schema, "components": {"schemas": spec.document.get("components", {}).get("schemas", {})}}
    return reference(document), reference(strict(document))


def _troubles(both: Judge, instance: Any, pointer: str) -> Iterator[Trouble]:
    for name, validator in zip(("schema", "strict twin"), both, strict=True):
        error = best_match(validator.iter_errors(instance))
        if error is not None:
            at = pointer + "".join(f"/{token(part)}" for part in error.absolute_path)
            sentence = f"the example does not fit its {name}: {error.message}"
            fix = "correct the example" if name == "schema" else "correct the key or value, or describe it"
            yield Trouble(at, sentence[:_LONGEST_SENTENCE], fix)
            return
