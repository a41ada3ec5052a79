"""The sandbox's invented world, read from a seed file: the business, its locations and offers, and its
guests.

The file is checked against `Seed` in control-openapi.yaml, so a mistake in it is named with its place and
never a traceback.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from punchh_contract.errors import UsageError
from punchh_contract.json_types import JsonValue
from punchh_contract.sandbox.business import ENGLISH, Business, Location, Settings
from punchh_contract.sandbox.decisions import Catalogue, Program
from punchh_contract.sandbox.documents import read_code, read_guest, read_terms
from punchh_contract.sandbox.guests import Code, Guest, Plan, Redeemable
from punchh_contract.sandbox.magic import Magic, MagicValue

_HERE = Path(__file__).parent
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLACEHOLDER = re.compile(r"\{(?:(\d+)\+)?n\}")


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole invented world."""

    business: Business
    guests: tuple[Guest, ...]
    coupons: tuple[Code, ...]
    magic: Magic = field(default_factory=Magic)


@cache
def control_document() -> dict[str, Any]:
    """The control plane's OpenAPI document, as it was written. Do not change what this returns."""
    return dict(_parse(_HERE / "control-openapi.yaml"))


def schema_of(name: str) -> dict[str, Any]:
    """A standalone JSON Schema of one component of the control plane's document."""
    schemas = control_document()["components"]["schemas"]
    return {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}


def load(path: Path | None = None) -> Seed:
    """Read a seed file; None is the sandbox's own.

    Raises:
        UsageError: the file cannot be read or does not describe a world; the message names the place.
    """
    file = path or _HERE / "seed.yaml"
    try:
        document = unfold(_parse(file))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); name a seed file") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise UsageError(f"{file}: not YAML{place}; see seed.yaml of the sandbox for the form") from error
    validator = jsonschema_rs.validator_for(schema_of("Seed"), validate_formats=True)
    try:
        finding = next(iter(validator.iter_errors(document)), None)
    except ValueError as error:  # a YAML value that JSON has not: a bare date, a number as a key
        raise UsageError(f"{file}: holds what JSON has not (quote dates and times): {error}") from error
    if finding is not None:
        pointer = "/" + "/".join(str(part) for part in finding.instance_path)
        said = textwrap.shorten(finding.message, 200, placeholder=" …")
        raise UsageError(f"{file}: {pointer}: {said}; the form is Seed in control-openapi.yaml")
    try:
        return _read(document)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{file}: {error}") from error


def _parse(file: Path) -> Any:
    return yaml.load(file.read_bytes(), Loader=_Loader)  # noqa: S506  # a SafeLoader, whichever there is


def unfold(node: JsonValue) -> Any:
    """`node` with every `repeat` entry of its lists written out; see the head of seed.yaml."""
    if isinstance(node, dict):
        return {key: unfold(value) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    unfolded: list[Any] = []
    item: JsonValue
    for item in node:
        if isinstance(item, dict) and isinstance(item.get("repeat"), int):
            template = {key: value for key, value in item.items() if key != "repeat"}
            unfolded += [unfold(_fill(template, n)) for n in range(item["repeat"])]
        else:
            unfolded.append(unfold(item))
    return unfolded


def _fill(node: JsonValue, n: int) -> Any:
    if isinstance(node, dict):
        return {key: _fill(value, n) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(value, n) for value in node]
    if not isinstance(node, str):
        return node
    whole = _PLACEHOLDER.fullmatch(node)
    if whole:
        return int(whole[1] or 0) + n
    return _PLACEHOLDER.sub(lambda found: str(int(found[1] or 0) + n), node)


def read_business(document: Mapping[str, Any]) -> Business:
    """The business that a document of the schema `Business` describes; the result keeps the document."""
    plans = [
        Plan(int(plan["plan_id"]), read_terms(plan), plan.get("use_limit")) for plan in document["plans"]
    ]
    redeemables = [
        Redeemable(str(int(item["redeemable_id"])), int(item["points"]), read_terms(item))
        for item in document["redeemables"]
    ]
    catalogue = Catalogue(
        program=Program(document["program"]),
        redeemables={each.redeemable_id: each for each in redeemables},
        plans={each.plan_id: each for each in plans},
        card=read_terms(document["card"]),
    )
    return Business(
        client=document["client"],
        secret=document["secret"],
        admin_key=document["admin_key"],
        business_key=document["business_key"],
        default_guest=int(document["default_guest"]),
        code_seed=int(document["code_seed"]),
        first_ids={name: int(first) for name, first in document.get("first_ids", {}).items()},
        locations=tuple(Location(**place) for place in document["locations"]),
        catalogue=catalogue,
        settings=read_settings(document.get("settings", {})),
        business_id=int(document.get("business_id", 1)),
        business_uuid=document.get("business_uuid", ""),
        admin_id=int(document.get("admin_id", 1)),
        document=document,
    )


def read_settings(document: Mapping[str, Any]) -> Settings:
    """The settings that a document of the schema `Settings` gives; what it lacks is as `Settings` has it."""
    given = dict(document)
    if "languages" in given:
        named = [language.lower() for language in given["languages"]]
        given["languages"] = tuple(dict.fromkeys([ENGLISH, *named]))
    if "max_discounts" in given:
        given["max_discounts"] = int(given["max_discounts"])
    return Settings(**given)


def _read(document: Mapping[str, Any]) -> Seed:
    business = read_business(document["business"])
    guests = tuple(read_guest(guest, int(guest["user_id"])) for guest in document["guests"])
    if business.default_guest not in {guest.profile.user_id for guest in guests}:
        raise ValueError("/business/default_guest is not among /guests")
    return Seed(
        business,
        guests,
        tuple(read_code(code, None) for code in document.get("coupons", ())),
        Magic(MagicValue(**each) for each in document.get("magic", ())),
    )
