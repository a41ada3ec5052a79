"""Reads a receipt, and tells whether it is whole: its form, its sums, its digest, and its contract.

None of this says who made it.
"""

import datetime as dt
import functools
import itertools
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema_rs

from punchh_contract.conformance import coverage
from punchh_contract.conformance.verdict import clauses, receipt, sums
from punchh_contract.conformance.verdict.sums import Problem
from punchh_contract.contract import Contract
from punchh_contract.errors import UsageError
from punchh_contract.json_types import JsonValue

MOST = 20
"""Breaches of the schema that are told; a file that is something else has thousands."""


def read(content: bytes, name: str) -> dict[str, Any]:
    """Read the bytes of a receipt. Raises UsageError for what is none at all; its form `check` looks at."""
    try:
        document: JsonValue = json.loads(content, object_pairs_hook=_once, parse_constant=_refuse)
        json.dumps(document, ensure_ascii=False).encode()  # half a character in it could not be written again
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        why = str(error) if isinstance(error, _TwiceError) else "no JSON in UTF-8"
        raise UsageError(f"{name}{line}: {why}; is it the receipt.json of a run?") from None
    if not isinstance(document, dict) or document.get("$schema") != receipt.SCHEMA:
        raise UsageError(
            f"{name}: no receipt of this version: /$schema must be {receipt.SCHEMA}; give the receipt.json"
            " of a run, or verify it with the punchh-contract that wrote it"
        )
    return document


def check(document: dict[str, Any], contract: Contract) -> list[Problem]:
    """What is wrong with a receipt; empty if it is whole, and of this very contract.

    Sums are looked at only where the form is right.
    """
    if problems := formal(document):
        return problems
    return [*unsealed(document), *sums.check(document), *_contract(document, contract)]


def formal(document: dict[str, Any]) -> list[Problem]:
    """What breaks the form of receipts: their schema, and what a page needs that no schema says."""
    found: list[Problem] = []
    try:
        errors = list(itertools.islice(_validator().iter_errors(document), MOST))
    except ValueError:
        return [Problem("", "is nested too deeply to be looked at")]
    for error in errors:
        place = "".join(f"/{_escaped(str(each))}" for each in error.instance_path)
        rule = "".join(f"/{_escaped(str(each))}" for each in error.schema_path)
        found.append(Problem(place, f"breaks the schema of receipts at #{rule}"))
    return found or list(_readable(document))


def _readable(document: dict[str, Any]) -> Iterator[Problem]:
    for name in ("started", "ended"):
        try:
            dt.datetime.fromisoformat(document[name])
        except ValueError:
            yield Problem(f"/{name}", "is no time that there was")
    for place, row in enumerate(document["coverage"]["operations"]["items"]):
        if row["name"] not in document["coverage"]["inside"]:
            yield Problem(f"/coverage/operations/items/{place}/name", "has no part in /coverage/inside")


def unsealed(document: dict[str, Any]) -> list[Problem]:
    """Whether the digest is that of the content."""
    if receipt.digest(document) == document["digest"]:
        return []
    return [Problem("/digest", "is not that of the content: something was changed since it was written")]


def _contract(document: dict[str, Any], contract: Contract) -> Iterator[Problem]:
    told = document["contract"]
    if told["digest"] != contract.digest:
        yield Problem(
            "/contract/digest",
            f"is that of another contract (version {told['version']}); this one is version"
            f" {contract.version}, {contract.digest[:16]}…: give the contract of the run with --contract",
        )
        return
    if told["version"] != contract.version:
        yield Problem("/contract/version", f"is not that of the contract: {contract.version}")
    operations = document["coverage"]["operations"]["items"]
    if [each["name"] for each in operations] != list(contract.operations):
        yield Problem("/coverage/operations/items", "are not the operations of the contract")
    inside = document["coverage"]["inside"]
    for operation in contract.operations.values():
        wanted = [(*each.key, each.at) for each in coverage.items(contract, operation)]
        found = [
            (kind, row.get("status"), row["name"], row.get("value"), row["at"])
            for kind, part in inside.get(operation.id, {}).items()
            for row in part["items"]
        ]
        if sorted(wanted, key=str) != sorted(found, key=str):
            yield Problem(f"/coverage/inside/{operation.id}", "does not list what the contract has")
    laws = {(row["law"], row["operation"]) for row in document["laws"]}
    for each in document["options"]["operations"]:
        asked = contract.operations.get(each)
        if asked is None or {(law, each) for law in asked.laws} - laws:
            yield Problem("/laws", f"do not list every law that the contract has of {each}")
    for place, each in enumerate(document["findings"]):
        try:
            clauses.at(contract, each["clause"])
        except KeyError:
            yield Problem(f"/findings/{place}/clause", "leads to nothing in the contract")


@functools.cache
def _validator() -> jsonschema_rs.Validator:
    schema = files("punchh_contract.conformance.verdict").joinpath("receipt.schema.json").read_bytes()
    return jsonschema_rs.validator_for(json.loads(schema))


class _TwiceError(ValueError):
    """A key stands twice: who reads it would see one or the other."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError("a key of an object stands twice")
    return found


def _refuse(_: str) -> Any:
    raise ValueError  # NaN and the like are no JSON


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
