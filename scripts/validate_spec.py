"""`make validate`: is the contract valid OpenAPI, does it keep the house rules, do its examples fit?

    python scripts/validate_spec.py [PATH]

PATH is spec/openapi.yaml when absent; `contradictions.yaml` and `examples/events/` are looked for beside it.
Prints one finding a line. Exit code 0: none; 1: findings; 2: could not run.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import fact_rules
import house_rules
import privacy_rules
import schema_rules
import vocabulary_rules
import vocabulary_shapes
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from register_rules import register_findings
from spec_document import (
    Finding,
    Rule,
    Spec,
    Trouble,
    UnreadableError,
    read,
    schema_roots,
    token,
)
from strict_examples import event_sample_findings, examples_fit

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "spec" / "openapi.yaml"
# The vendor's own sample of the event: judged together with ours.
SEED_SAMPLE = ROOT / "tests" / "data" / "seed-004-redemptions-event.json"


def metaschema(spec: Spec) -> Iterator[Trouble]:
    """The document is what it says it is: OpenAPI 3.1 around JSON Schema 2020-12. Judged offline."""
    for error in OpenAPIV31SpecValidator(spec.document).iter_errors():
        pointer = "".join(f"/{token(part)}" for part in error.absolute_path)
        yield Trouble(
            pointer, f"not valid OpenAPI 3.1: {error.message[:200]}", "see the OpenAPI 3.1 specification"
        )
    for pointer, schema in schema_roots(spec):
        for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
            inner = pointer + "".join(f"/{token(part)}" for part in error.absolute_path)
            yield Trouble(inner, f"not valid JSON Schema: {error.message[:200]}", "see JSON Schema 2020-12")


# Judged in this order, each only when those before it found nothing: the house rules read a valid document,
# so that each may be simple, and values that JSON does not know make the metaschema speak in riddles.
FIRST: tuple[Rule, ...] = (
    house_rules.json_values,
    house_rules.self_contained,
    metaschema,
    vocabulary_shapes.x_vocabulary,
)
RULES: tuple[Rule, ...] = (
    *house_rules.RULES,
    *vocabulary_rules.RULES,
    *fact_rules.RULES,
    *schema_rules.RULES,
    *privacy_rules.RULES,
    examples_fit,
)


def findings(spec: Spec, samples: Iterable[Path] = ()) -> list[Finding]:
    """Everything wrong with the contract, its register and the event samples, sorted by place."""
    for first in FIRST:
        found = [spec.finding(first.__name__, trouble) for trouble in first(spec)]
        if found:
            return sorted(set(found))
    found = [spec.finding(rule.__name__, trouble) for rule in RULES for trouble in rule(spec)]
    return sorted({*found, *register_findings(spec), *event_sample_findings(spec, samples)})


def main(arguments: list[str] | None = None) -> int:
    """Run, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("path", metavar="PATH", nargs="?", type=Path, default=CONTRACT, help="the contract")
    path: Path = parser.parse_args(arguments).path
    samples = list((path.parent / "examples" / "events").glob("*.json"))
    if path.resolve() == CONTRACT:
        samples.append(SEED_SAMPLE)
    try:
        spec = read(path)
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 2
    found = findings(spec, samples)
    for finding in found:
        print(finding)
    if not found:
        rules = len({*FIRST, *RULES}) - 1  # the metaschema is none of the house's
        print(f"{path}: valid OpenAPI 3.1, {rules} house rules kept, {len(samples)} event samples fit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
