"""What a run must have seen before it may be green, derived from the contract, and what of it was missed."""

import dataclasses
from collections.abc import Iterator
from typing import Literal

from punchh_contract.conformance.limits import Limits, ways
from punchh_contract.conformance.preparation import links
from punchh_contract.conformance.probes import probes_of
from punchh_contract.conformance.properties import Properties
from punchh_contract.conformance.shapes import shapes
from punchh_contract.conformance.tally import ASKED_AGAIN, Counts, Tally
from punchh_contract.contract import Contract, Operation

SUCCESSES = 5
"""Real successes of each operation that generated cases must reach: one could be luck."""

REFUSALS = frozenset({401, 403, 412})
"""Statuses that own checks are there to see: nothing else asks for them on a target that is not our own."""

ASSUMED = "assumed by the contract: nobody says that a target sends it"
FILLED = "put in by the run itself: a call without it, or with another, is a failed authentication"

UNSEEN = "the target never answered so, and nothing says that it must"
NO_QUOTE = "no quote was answered that could be asked for again"

Kind = Literal["successes", "form", "link", "present", "absent", "value", "status", "own check"]


@dataclasses.dataclass(frozen=True)
class Goal:
    """One thing that a run has to see of an operation.

    `name` is what is to be seen: a form, the name of a link or of an own check, a status, the path of a
    property, or how many successes. `value` is that of a property, as JSON; `assumed` says that the contract
    only assumes it.
    """

    operation: str
    kind: Kind
    name: str
    value: str = ""
    assumed: bool = False

    @property
    def label(self) -> str:
        """The goal in a few words, without its operation."""
        match self.kind:
            case "present" | "absent":
                return f"`{self.name}` {self.kind}"
            case "value":
                return f"`{self.name}` = {self.value}"
            case "successes":
                return f"{self.name} success{'es' if self.name != '1' else ''}"
            case _:
                return f"{self.kind} {self.name}"

    @property
    def statement(self) -> str:
        """What it means that the goal was missed, the same in each run."""
        match self.kind:
            case "present":
                return f"no generated body that keeps the schema had `{self.name}`"
            case "absent":
                return f"no generated body lacked `{self.name}`"
            case "value":
                return f"no generated body that keeps the schema had `{self.name}` = {self.value}"
            case "status":
                return f"the contract has status {self.name}, and it was never seen"
            case "own check":
                return f"the own check was never made: {self.name}"
            case "successes":
                return f"fewer than {self.name} real success{'es' if self.name != '1' else ''}"
            case _:
                return f"no case reached: {self.kind} {self.name}"


@dataclasses.dataclass(frozen=True)
class Judgement:
    """The goals that were missed, which are findings, and those that this run could not reach, with why."""

    missed: list[Goal]
    not_reached: list[tuple[Goal, str]]


def judge(contract: Contract, tally: Tally, limits: Limits) -> Judgement:
    """Tell which goals a run over the operations of `tally` missed, and which were out of its reach.

    Out of reach, with the reason that stands first here, is
    - everything open, once a run was stopped;
    - a status that the contract only assumes;
    - a property that the run fills in itself, since a call without it is a failed authentication;
    - an own check that was not made for a reason, and the 401, 403 or 412 that only it would have seen;
    - what needs a known guest or asset, without a fixture or with every fixture spent: successes, forms,
      links, own checks (they repeat an accepted request) and the statuses of success;
    - all but own checks, where fewer cases than usual were asked for, or no more of an operation's could be
      sent.

    On a target that is not our own moreover, once anything was redeemed, a form that only a guest was named
    for (a basket is empty then) or each of whose assets was redeemed in another form; asking again for a
    quote that was never answered; and a refusal's status, since a right server need not know each of them.
    One success is all that is asked for there; none at all, of fixtures that were not spent, is a finding.
    The contract's own examples count there as successes and forms too: what they spent, no
    generated case can. Operations that were left out have no goals.
    """
    missed, not_reached = list[Goal](), list[tuple[Goal, str]]()
    called = tuple(each for each in tally.counts if each not in limits.left_out)
    for operation_id in called:
        counts = tally.counts[operation_id]
        for goal in goals(contract, operation_id, called, limits):
            if _reached(goal, counts, limits):
                continue
            if why := _why(contract, goal, called, limits, counts):
                not_reached.append((goal, why))
            else:
                missed.append(goal)
    return Judgement(missed, not_reached)


def goals(
    contract: Contract, operation_id: str, operation_ids: tuple[str, ...], limits: Limits
) -> Iterator[Goal]:
    """Every goal of an operation in a run over `operation_ids`."""
    operation = contract.operation(operation_id)
    # Elsewhere one is all that fixtures promise: what else their guests hold, nobody told us.
    yield Goal(operation_id, "successes", str(SUCCESSES if limits.own else 1))
    for way in ways(contract, operation):
        if way.form:
            yield Goal(operation_id, "form", way.form)
    for name, (_, target, _) in links(contract, operation_ids).items():
        if target.id == operation_id:
            yield Goal(operation_id, "link", name)
    properties = Properties(operation)
    for path in properties.paths:
        yield Goal(operation_id, "present", path)
        yield Goal(operation_id, "absent", path)
    for path, value in properties.values:
        yield Goal(operation_id, "value", path, value)
    for status, confidence in statuses(contract, operation):
        yield Goal(operation_id, "status", str(status), assumed=confidence == "assumed")
    for name in own_checks(contract, operation):
        yield Goal(operation_id, "own check", name)


def own_checks(contract: Contract, operation: Operation) -> Iterator[str]:
    """The names of the own checks that an operation must have had."""
    for probe in probes_of(operation):
        yield probe.name
    if any(shape.quote for shape in shapes(contract, operation)):
        yield ASKED_AGAIN


def statuses(contract: Contract, operation: Operation) -> Iterator[tuple[int, str]]:
    """The statuses of an operation, each with the confidence that the contract has in it."""
    node = contract.document["paths"][operation.path][operation.method.lower()]
    for status, response in node["responses"].items():
        source = contract.resolve(response).get("x-source", {})
        yield int(status), source.get("confidence", operation.confidence)


def _reached(goal: Goal, counts: Counts, limits: Limits) -> bool:
    match goal.kind:
        case "successes":
            return counts.total("success", generated=limits.own) >= int(goal.name)
        case "form":
            return counts.form(goal.name, generated=limits.own) > 0
        case "link":
            return counts.form(f"link {goal.name}", generated=limits.own) > 0
        case "present":
            return counts.present[goal.name] > 0
        case "absent":
            return counts.absent[goal.name] > 0
        case "value":
            return counts.values[goal.name, goal.value] > 0
        case "status":
            return counts.statuses[int(goal.name)] > 0
        case "own check":
            return counts.probes[goal.name] > 0


def _why(
    contract: Contract, goal: Goal, operation_ids: tuple[str, ...], limits: Limits, counts: Counts
) -> str | None:
    """Why a goal was out of reach; None if it was not. The order of reasons is that of `judge`."""
    if limits.stopped is not None:
        return f"the run was stopped: {limits.stopped}"
    if goal.assumed:
        return ASSUMED
    operation = contract.operation(goal.operation)
    why: str | None
    match goal.kind:
        case "successes":
            why = limits.closed(contract, operation)
        case "form":
            why = limits.closed_form(contract, operation, goal.name)
            if why is None and counts.total("success"):
                why = limits.used_up(contract, operation, goal.name)
        case "link":
            why = limits.closed_link(contract, goal.name, operation_ids)
        case "present" | "absent":
            why = FILLED if goal.name in limits.filled else None
        case "value":
            why = limits.closed_value(contract, operation, goal.name, goal.value)
        case "status":
            why = _why_no_status(contract, operation, int(goal.name), limits)
        case "own check":
            quote = goal.name == ASKED_AGAIN
            if quote and not limits.own and not counts.total("quote"):
                return NO_QUOTE
            return limits.unmade.get((operation.id, goal.name)) or limits.closed(
                contract, operation, quote=quote
            )
    return why or limits.few_cases(operation)


def _why_no_status(contract: Contract, operation: Operation, status: int, limits: Limits) -> str | None:
    if status in REFUSALS:
        for probe in probes_of(operation):
            if status in probe.statuses and (why := limits.unmade.get((operation.id, probe.name))):
                return why
        return limits.closed(contract, operation) or (None if limits.own else UNSEEN)
    if status < 300:
        return limits.closed(contract, operation, quote=None)
    return None if limits.own else UNSEEN
