"""What of a receipt must add up: calls, findings, coverage, and the sentence on top of them."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from punchh_contract.conformance.verdict import receipt as form
from punchh_contract.conformance.verdict.findings import identity
from punchh_contract.conformance.verdict.receipt import KINDS, PARTS, Document
from punchh_contract.conformance.verdict.redaction import MASK


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a receipt: where, as a JSON pointer (empty: the whole), and what."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place or '/'}: {self.what}"


def check(receipt: Document) -> Iterator[Problem]:
    """Every sum of a receipt, whose form is right, that does not come out."""
    yield from _calls(receipt)
    yield from _coverage(receipt)
    yield from _findings(receipt)
    asked = sorted(receipt["options"]["operations"])
    yield from _same("/options/operations", asked, sorted(receipt["operations"]))
    yield from _checks(receipt)
    for place, row in enumerate(receipt["laws"]):
        if (row["why"] is None) != (row["judged"] > 0):
            yield Problem(f"/laws/{place}/why", "a law has a reason if, and only if, it was never judged")
    yield from _same("/verdict", receipt["verdict"], form.verdict(receipt["findings"], receipt["stopped"]))
    yield from _same("/headline", receipt["headline"], form.headline(receipt))
    yield from _equal("/totals", receipt["totals"], form.totals(receipt))
    lasted = _time(receipt["ended"]) - _time(receipt["started"])
    if abs(lasted.total_seconds() - receipt["seconds"]) > 1:
        yield Problem("/ended", "is not as many `seconds` after `started`")


def _calls(receipt: Document) -> Iterator[Problem]:
    for name, counts in receipt["operations"].items():
        here = f"/operations/{name}"
        for what, count in (
            ("statuses", sum(counts["statuses"].values())),
            ("outcomes", sum(counts[each] for each in PARTS)),
        ):
            if counts["calls"] != count:
                yield Problem(f"{here}/calls", f"is {counts['calls']}, and its {what} sum up to {count}")
        if counts["generated"] > counts["success"]:
            yield Problem(f"{here}/generated", "is more than `success`")


def _coverage(receipt: Document) -> Iterator[Problem]:
    yield from _covered("/coverage/operations", receipt["coverage"]["operations"])
    for place, row in enumerate(receipt["coverage"]["operations"]["items"]):
        calls = receipt["operations"].get(row["name"], {}).get("calls", 0)
        yield from _same(f"/coverage/operations/items/{place}/count", row["count"], calls)
    for name, kinds in receipt["coverage"]["inside"].items():
        for kind in KINDS:
            yield from _covered(f"/coverage/inside/{name}/{kind}", kinds[kind])
        statuses = receipt["operations"].get(name, {}).get("statuses", {})
        for place, row in enumerate(kinds["statuses"]["items"]):
            here = f"/coverage/inside/{name}/statuses/items/{place}/count"
            yield from _same(here, row["count"], statuses.get(row["name"], 0))


def _covered(here: str, part: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _same(f"{here}/of", part["of"], len(part["items"]))
    yield from _same(f"{here}/covered", part["covered"], sum(row["count"] > 0 for row in part["items"]))


def _findings(receipt: Document) -> Iterator[Problem]:
    ids = [each["id"] for each in receipt["findings"]]
    for place, each in enumerate(receipt["findings"]):
        if ids.index(each["id"]) != place:
            yield Problem(f"/findings/{place}/id", "stands twice")
        own = (each["check"], each["operation"], each["clause"], each["status"])
        # What was masked is not what the id was made from.
        if not any(MASK in str(value) for value in own) and identity(*own) != each["id"]:
            yield Problem(f"/findings/{place}/id", "is not that of check, operation, clause and status")


def _checks(receipt: Document) -> Iterator[Problem]:
    yield from _same("/checks", sorted(receipt["checks"]), sorted(receipt["operations"]))
    for name, made in receipt["checks"].items():
        judged = [
            f"law:{row['law']}" for row in receipt["laws"] if row["operation"] == name and row["judged"]
        ]
        if sorted(each for each in made if each.startswith("law:")) != sorted(judged):
            yield Problem(f"/checks/{name}", "does not list the laws that were judged, and no others")


def _same(place: str, found: object, wanted: object) -> Iterator[Problem]:
    if found != wanted:
        yield Problem(place, f"is {_shown(found)}, and the rest of the receipt makes it {_shown(wanted)}")


def _equal(place: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[Problem]:
    for name in dict.fromkeys([*wanted, *found]):
        here = f"{place}/{name}"
        if isinstance(found.get(name), Mapping) and isinstance(wanted.get(name), Mapping):
            yield from _equal(here, found[name], wanted[name])
        else:
            yield from _same(here, found.get(name), wanted.get(name))


def _shown(value: object) -> str:
    return "absent" if value is None else f"`{value}`"


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
