"""What may stand under each x- key: a small JSON Schema for each, and the rule that holds them all."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from spec_document import Spec, Trouble, nodes, token
from vocabulary_rules import CONFIDENCE, FIXTURES

# All laws that the contract may name. Kept here because a law that is misspelt on one operation would hold
# nowhere, and nothing in the contract itself could tell it from a law that only one operation has.
LAWS = (
    "basket_items_end_once",
    "changed_receipt_judged_anew",
    "code_dies_at_expiry",
    "code_redeemable_once",
    "code_unique",
    "credential_required",
    "debited_once",
    "discount_within_receipt",
    "distribution_sums_to_discount",
    "documented_answer",
    "exact_debit",
    "force_keeps_message",
    "locked_for_others",
    "one_event_per_change",
    "ordered_times",
    "own_assets_only",
    "quote_changes_nothing",
    "quote_equals_commit",
    "rate_limit_holds",
    "refusal_debits_nothing",
    "signature_required",
    "unknown_fields_ignored",
)

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_SCHEMA: Schema = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
_CONTRADICTION: Schema = {"type": "string", "pattern": r"^C-[1-9]\d*$"}


def _closed(properties: dict[str, Any], *optional: str) -> Schema:
    """An object with these keys and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": [key for key in properties if key not in optional],
        "additionalProperties": False,
    }


_ERROR_FACT = _closed(
    {
        "text": _TEXT,
        "meaning": _TEXT,
        "advice": _TEXT,
        "retry": {"type": "boolean"},
        "x-source": True,  # these two are judged where they stand
        "x-contradiction": True,
    },
    "x-contradiction",
)
SHAPES: dict[str, Schema] = {
    "x-source": _closed({"document": _TEXT, "confidence": {"enum": list(CONFIDENCE)}}),
    "x-contradiction": {
        "anyOf": [
            _CONTRADICTION,
            {"type": "array", "items": _CONTRADICTION, "minItems": 1, "uniqueItems": True},
        ]
    },
    "x-rate-limit": _closed(
        {"per_minute": {"type": "integer", "minimum": 1}, "per_day": {"type": "integer", "minimum": 1}}
    ),
    "x-retry": {
        **_closed({"safe": {"enum": ["never", "with-key"]}, "key": _TEXT}, "key"),
        "if": {"required": ["key"]},
        "then": {"properties": {"safe": {"const": "with-key"}}},
        "else": {"properties": {"safe": {"const": "never"}}},
    },
    "x-success": _closed(
        {"status": {"type": "integer", "minimum": 200, "maximum": 299}, "request": _SCHEMA, "body": _SCHEMA},
        "request",
    ),
    "x-law": {"type": "array", "items": {"enum": list(LAWS)}, "uniqueItems": True},
    "x-error": {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"},
        "additionalProperties": _ERROR_FACT,
    },
    "x-signature": _closed({"header": _TEXT, "algorithm": {"enum": ["sha1", "sha256"]}}),
    "x-pii": {"const": True},
    "x-fixture": {"enum": list(FIXTURES)},
    "x-enum-varnames": {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
}
_VALIDATORS = {key: Draft202012Validator(shape) for key, shape in SHAPES.items()}


def x_vocabulary(spec: Spec) -> Iterator[Trouble]:
    """A key that is misspelt or malformed is read by nobody: client, sandbox and run go without it."""
    for pointer, node in nodes(spec.document, payloads=True):
        # Fields and HTTP headers may be called x-….
        if not isinstance(node, dict) or pointer.endswith(("/properties", "/headers")):
            continue
        for key, value in node.items():
            at = f"{pointer}/{token(key)}"
            if key in SHAPES:
                error = best_match(_VALIDATORS[key].iter_errors(value))
                if error is not None:
                    inner = "".join(f"/{token(part)}" for part in error.absolute_path)
                    yield Trouble(
                        at + inner, f"{key} is malformed: {error.message[:200]}", "see spec/README.md"
                    )
            elif key.startswith("x-"):
                yield Trouble(at, f"`{key}` is no word of our vocabulary", "see spec/README.md")
