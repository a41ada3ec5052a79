"""Counts what a run did and what came back, by operation and phase: what keeps a green run honest."""

import collections
import dataclasses
from typing import Any

from punchh_contract.conformance.properties import Properties
from punchh_contract.contract import Operation
from punchh_contract.json_types import JsonValue

EXAMPLES = "examples"
PROBES = "own check"
COMMITTED_QUOTE = "quote that committed"
ASKED_AGAIN = "a quote asked for again"
"""The name of the repeated request, in the tally and its goals."""


@dataclasses.dataclass
class Counts:
    """Counts of one operation.

    `outcomes` is keyed by phase and outcome (see `judge`); `forms` by phase and what was
    redeemed how (such as `reward quote`, `by points`, `link redeem_online`); `statuses` by status; `probes`
    by name of the own check. `present` and `absent` count the bodies of generated cases by path of a property
    (see `properties`), `values` by path and value as JSON; bodies of own checks are in none of the three.
    """

    outcomes: collections.Counter[tuple[str, str]] = dataclasses.field(default_factory=collections.Counter)
    forms: collections.Counter[tuple[str, str]] = dataclasses.field(default_factory=collections.Counter)
    statuses: collections.Counter[int] = dataclasses.field(default_factory=collections.Counter)
    probes: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    present: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    absent: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    values: collections.Counter[tuple[str, str]] = dataclasses.field(default_factory=collections.Counter)

    @property
    def calls(self) -> int:
        """Every request that was answered, own checks included."""
        return self.statuses.total()

    def total(self, outcome: str, *, generated: bool = False) -> int:
        """How often an outcome was seen; `generated` leaves the contract's examples out."""
        return sum(
            count
            for (phase, name), count in self.outcomes.items()
            if name == outcome and not (generated and phase == EXAMPLES)
        )

    def form(self, name: str, *, generated: bool = True) -> int:
        """How often a form was seen; `generated` leaves the contract's examples out."""
        return sum(
            count
            for (phase, form), count in self.forms.items()
            if form == name and not (generated and phase == EXAMPLES)
        )

    def summary(self) -> dict[str, Any]:
        """The counts that a report shows, as JSON values: how many calls, and what came of them.

        `success` counts redemptions, `generated` those of them that are not from the contract's examples,
        `committed` the quotes that took something, `refusal` the 2xx that took and promised nothing, `error`
        every other status, `probes` the requests of own checks and of laws. All but `generated` sum up to the
        calls, and so do the statuses.
        """
        return {
            "calls": self.calls,
            "success": self.total("success"),
            "generated": self.total("success", generated=True),
            "quote": self.total("quote"),
            "committed": self.total(COMMITTED_QUOTE),
            **{outcome: self.total(outcome) for outcome in ("refusal", "error")},
            "probes": self.probes.total(),
            "statuses": {str(status): self.statuses[status] for status in sorted(self.statuses)},
        }


class Tally:
    """The counts of a run, by operationId."""

    def __init__(self, operation_ids: tuple[str, ...]) -> None:
        self.counts = {each: Counts() for each in operation_ids}
        self._properties: dict[str, Properties] = {}

    def add(
        self, operation: Operation, phase: str, status: int, request: JsonValue, response: JsonValue
    ) -> str:
        """Count one exchange of parsed JSON bodies (None where there was none); returns its outcome."""
        counts = self.counts[operation.id]
        outcome = judge(operation, status, request, response)
        counts.statuses[status] += 1
        counts.outcomes[phase, outcome] += 1
        known = self._properties_of(operation).paths
        # Unknown fields are allowed anywhere, and mean nothing: one of another operation's is none of ours.
        ours = (
            {key: value for key, value in request.items() if key in known}
            if isinstance(request, dict)
            else None
        )
        for form in forms(outcome, ours, response):
            counts.forms[phase, form] += 1
        if phase != EXAMPLES:
            seen = self._properties_of(operation).seen(request)
            counts.present.update(seen.present)
            counts.absent.update(seen.absent)
            counts.values.update(seen.values)
        return outcome

    def add_probe(self, operation: Operation, probe: str, status: int) -> None:
        """Count one request of an own check."""
        self.counts[operation.id].statuses[status] += 1
        self.counts[operation.id].probes[probe] += 1

    def add_form(self, operation: Operation, phase: str, form: str) -> None:
        """Count a form that the bodies alone do not show."""
        self.counts[operation.id].forms[phase, form] += 1

    def dump(self) -> dict[str, Any]:
        """The tally as JSON values."""
        return {
            operation_id: {
                "outcomes": [[*key, count] for key, count in counts.outcomes.items()],
                "forms": [[*key, count] for key, count in counts.forms.items()],
                "statuses": [[key, count] for key, count in counts.statuses.items()],
                "probes": [[key, count] for key, count in counts.probes.items()],
                # In order: the same run has the same report, and sets had none.
                "present": [[key, count] for key, count in sorted(counts.present.items())],
                "absent": [[key, count] for key, count in sorted(counts.absent.items())],
                "values": [[*key, count] for key, count in sorted(counts.values.items())],
            }
            for operation_id, counts in self.counts.items()
        }

    @classmethod
    def load(cls, values: dict[str, Any]) -> "Tally":
        """Read what `dump` wrote."""
        tally = cls(tuple(values))
        for operation_id, each in values.items():
            counts = tally.counts[operation_id]
            for phase, outcome, count in each["outcomes"]:
                counts.outcomes[phase, outcome] = count
            for phase, form, count in each["forms"]:
                counts.forms[phase, form] = count
            counts.statuses.update(dict(each["statuses"]))
            counts.probes.update(dict(each["probes"]))
            counts.present.update(dict(each["present"]))
            counts.absent.update(dict(each["absent"]))
            counts.values.update({(path, value): count for path, value, count in each["values"]})
        return tally

    def _properties_of(self, operation: Operation) -> Properties:
        if operation.id not in self._properties:
            self._properties[operation.id] = Properties(operation)
        return self._properties[operation.id]


def judge(operation: Operation, status: int, request: JsonValue, response: JsonValue) -> str:
    """Name an outcome: `success` by the contract's `x-success`, `quote`, `quote that committed`, `refusal` (a
    2xx that is none of these) or `error`.

    An online quote has no `redemption_id` (assumed by the contract). A batch's items may have one: the
    vendor's sample of a query call does (C-23), so there it says nothing.
    """
    if operation.success.holds(status, request, response):
        return "success"
    if status != operation.success.status:
        return "error"
    if not (isinstance(request, dict) and "query" in request and isinstance(response, dict)):
        return "refusal"
    if response.get("redemption_id") is not None:
        return COMMITTED_QUOTE
    # The contract says what a redemption is, and that one asked for with `query` is none; what a quote
    # promises stands where the redemption would.
    return "quote" if _promises(response) else "refusal"


def forms(outcome: str, request: JsonValue, response: JsonValue) -> list[str]:
    """What a success or quote redeemed, and how."""
    if outcome not in ("success", "quote") and not _items(response, "failures"):
        return []
    if not isinstance(request, dict):
        return []
    found: list[str] = []
    if isinstance(kind := request.get("discount_type"), str):
        found.append(f"{kind} {'commit' if outcome == 'success' else outcome}")
    elif outcome == "quote":
        found.append("a quote")
    order: JsonValue = request.get("redemption")
    if isinstance(order, dict):
        found.append("by reward" if order.get("reward_id") is not None else "by points")
    found += [
        form
        for key, form in (("success", "an item redeemed"), ("failures", "an item refused"))
        if "query" not in request and _items(response, key)
    ]
    return found


def _promises(response: dict[str, Any]) -> bool:
    return response.get("category") == "redeemable" or _items(response, "success")


def _items(response: JsonValue, key: str) -> bool:
    return isinstance(response, dict) and isinstance(response.get(key), list) and bool(response[key])
