"""What a run could not do on its target, and so which goals it could not reach, each with what would help."""

import dataclasses
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from punchh_contract.conformance.naming import namings
from punchh_contract.conformance.preparation import IDENTITY, links
from punchh_contract.conformance.shapes import shapes
from punchh_contract.contract import Contract, Operation
from punchh_contract.json_types import JsonValue

FORMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "force_redeem": {
        "by points": ("redemption.requested_punches",),
        "by reward": ("redemption.reward_id",),
    },
    "process_batch_redemption": {"an item redeemed": (), "an item refused": ()},
}
"""Forms that an operation's schema does not tell apart, each with the fields that it takes besides."""

FURTHER = "further generated cases"
"""What `unmade` has of an operation of which nothing could be sent any more, in the words of `hooks`."""


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to redeem, or to ask for a quote: the form that the tally counts it as (empty: none of its own)
    and the fields that have to name something real.
    """

    form: str
    fields: frozenset[str]
    quote: bool


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one run could not do.

    `own` says that the command started the target: nothing is capped there, and every value is known.
    `fixtures` are the fields, by operationId, that a fixture exists for; `spent` those whose fixtures had
    nothing left at the end, `redeemed` those each of whose fixtures was part of a redemption by whatever
    operation, or may have been.
    `unmade` are own checks that were not made: (operationId, name) -> why. `left_out` are operations that
    were not called at all. `filled` are properties that a run puts in itself on a target that is not its own.
    `examples` is how many cases were asked for and `usual_examples` how many are enough. `stopped` says why
    the run ended early.
    """

    own: bool
    fixtures: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict[str, frozenset[str]])
    spent: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict[str, frozenset[str]])
    redeemed: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict[str, frozenset[str]])
    unmade: Mapping[tuple[str, str], str] = dataclasses.field(default_factory=dict[tuple[str, str], str])
    left_out: frozenset[str] = frozenset()
    filled: frozenset[str] = frozenset()
    examples: int = 0
    usual_examples: int = 0
    stopped: str | None = None

    @classmethod
    def of(
        cls,
        *,
        own: bool,
        fixtures: Iterable[Any],
        spending: Iterable[Mapping[str, Any]],
        not_run: Iterable[Mapping[str, str]],
        left_out: Collection[str] = (),
        examples: int,
        usual_examples: int,
        stopped: str | None,
    ) -> "Limits":
        """Read a run's limits from its fixtures (`operation`, `field`) and from the rows of its result.

        `spending` has `operation`, `field`, `value`, `cap`, `spent` and `unknown`, `not_run` has `operation`,
        `what` and `why`.
        """
        fields: dict[str, set[str]] = {}
        for each in fixtures:
            fields.setdefault(each.operation, set()).add(each.field)
        capped = [row for row in spending if row["cap"] is not None]
        taken = {_named(row) for row in capped if row["spent"] + row["unknown"]}
        return cls(
            own=own,
            fixtures={operation: frozenset(names) for operation, names in fields.items()},
            spent=_fields(capped, lambda row: row["spent"] + row["unknown"] >= row["cap"]),
            redeemed=_fields(capped, lambda row: _named(row) in taken),
            unmade={(row["operation"], row["what"]): row["why"] for row in not_run},
            left_out=frozenset(left_out),
            filled=frozenset() if own else frozenset(IDENTITY),
            examples=examples,
            usual_examples=usual_examples,
            stopped=stopped,
        )

    def few_cases(self, operation: Operation) -> str | None:
        """Why an operation's cases may be too few; None if they are not."""
        if (operation.id, FURTHER) in self.unmade:
            return f"{FURTHER} were not sent: {self.unmade[operation.id, FURTHER]}"
        if self.examples >= self.usual_examples:
            return None
        return f"not judged with --max-examples {self.examples}, below {self.usual_examples}"

    def closed(self, contract: Contract, operation: Operation, *, quote: bool | None = False) -> str | None:
        """Why no such way was open all the time: no fixture for it, or none that may be spent any more."""
        return self._easiest(operation, _chosen(ways(contract, operation), quote=quote), self._closed)

    def closed_form(self, contract: Contract, operation: Operation, form: str) -> str | None:
        """Why a form could not be reached, by its fixtures."""
        chosen = [each for each in ways(contract, operation) if each.form == form]
        return self._easiest(operation, chosen, self._closed)

    def closed_link(self, contract: Contract, name: str, operation_ids: tuple[str, ...]) -> str | None:
        """Why a link could not be followed: what it carries is handed out, all else is named."""
        source, target, body = links(contract, operation_ids)[name]
        commits = _chosen(ways(contract, target), quote=False)
        common = frozenset[str].intersection(*(each.fields for each in commits)) - body.keys()
        return self.closed(contract, source) or self._closed(target, Way("", common, quote=False))

    def closed_value(self, contract: Contract, operation: Operation, path: str, value: str) -> str | None:
        """Why a value (as JSON) could not be sent: some take from a guest without naming anything."""
        for each in namings(contract, operation):
            if each.const is not None and each.field == path and json.dumps(each.const) == value:
                return self._closed(operation, Way("", frozenset({path}), quote=False))
        return None

    def used_up(self, contract: Contract, operation: Operation, form: str) -> str | None:
        """Why a form may be out of reach after a redemption: of what it takes nothing is known to be left.

        That is so of a form that only a guest is named for, and of one whose assets or amounts were each part
        of a redemption. A cap above one does not say that the target gives an asset twice.
        """
        if self.own:
            return None
        takes = {each.field for each in namings(contract, operation) if each.kind in ("asset", "amount")}
        redeemed = self.redeemed.get(operation.id, frozenset())
        for each in ways(contract, operation):
            named = each.fields & takes
            if each.form == form and named and not named & redeemed:
                return None
        return "what the fixtures name may be redeemed by now; list more of it"

    def _easiest(
        self, operation: Operation, chosen: list[Way], why: Callable[[Operation, Way], str | None]
    ) -> str | None:
        """The reason of the way that lacks least; None if one lacks nothing."""
        reasons = [why(operation, each) for each in chosen]
        named = [each for each in reasons if each is not None]
        return min(named, key=len) if len(named) == len(reasons) else None

    def _unlisted(self, operation: Operation, way: Way) -> str | None:
        missing = way.fields - self.fixtures.get(operation.id, frozenset())
        if self.own or not missing:
            return None
        return f"no fixture for {', '.join(sorted(missing))}: list what you own in --fixtures"

    def _closed(self, operation: Operation, way: Way) -> str | None:
        if reason := self._unlisted(operation, way):
            return reason
        spent = way.fields & self.spent.get(operation.id, frozenset())
        if self.own or not spent:
            return None
        return f"every fixture for {', '.join(sorted(spent))} is spent: list more, or raise their `spend`"


def ways(contract: Contract, operation: Operation) -> tuple[Way, ...]:
    """Every way to redeem with an operation or to ask for a quote, in the contract's order.

    Fields are those that the contract marks with `x-fixture`, but not `client`: the credentials have it.
    """
    found: list[Way] = []
    named = [each for each in namings(contract, operation) if each.kind != "client"]
    for shape in shapes(contract, operation):
        fields = frozenset(
            each.field
            for each in named
            if each.field in shape.needs
            and (each.const is None or shape.constants.get(each.field) == each.const)
        )
        kind = shape.constants.get("discount_type")
        if kind is not None:
            found.append(Way(f"{kind} {'quote' if shape.quote else 'commit'}", fields, shape.quote))
        elif shape.quote:
            found.append(Way("a quote", fields, quote=True))
        else:
            forms = FORMS.get(operation.id, {"": ()})
            found += [Way(form, fields.union(more), quote=False) for form, more in forms.items()]
    return tuple(found)


def _chosen(every: tuple[Way, ...], *, quote: bool | None) -> list[Way]:
    return [each for each in every if quote is None or each.quote == quote]


def _named(row: Mapping[str, Any]) -> tuple[str, type[Any], Any]:
    """What a row of the account names, whatever the operation calls the object that it stands in."""
    value: JsonValue = row["value"]
    return row["field"].rpartition(".")[2], type(value), value


def _fields(
    rows: Iterable[Mapping[str, Any]], holds: Callable[[Mapping[str, Any]], bool]
) -> dict[str, frozenset[str]]:
    """The fields, by operationId, of which something holds for every row."""
    every: dict[str, dict[str, bool]] = {}
    for row in rows:
        fields = every.setdefault(row["operation"], {})
        fields[row["field"]] = fields.get(row["field"], True) and holds(row)
    return {
        operation: frozenset(name for name, held in fields.items() if held)
        for operation, fields in every.items()
    }
