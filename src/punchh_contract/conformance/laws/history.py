"""The history of a story: what was set up, asked and answered, and what the control plane said around it."""

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from punchh_contract.conformance import tally
from punchh_contract.conformance.laws.view import View
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.findings import Severity
from punchh_contract.contract import Operation
from punchh_contract.json_types import JsonValue, objects

if TYPE_CHECKING:
    import requests  # not at run time: who judges histories sends nothing

SUCCESS, QUOTE, REFUSAL, ERROR, UNKNOWN = "success", "quote", "refusal", "error", "unknown"
CALL = "a call of a law's story"
"""What requests of stories are counted as."""
CODE_MADE = "create_subscription_redemption_code"
ONLINE = "create_online_redemption"
BATCH = "process_batch_redemption"
FORCE = "force_redeem"


def identity(value: Any) -> int | None:
    """An id as answers have them; None for what is none, of which `documented_answer` tells."""
    if isinstance(value, float) and value.is_integer():
        return int(value)  # as JSON Schema has it
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclasses.dataclass(frozen=True)
class Asset:
    """Something that a guest was given: whose it is, what it is worth in cents (None: unknown), what a basket
    item or code stands for (`kind` and `key` as the control plane has them), what it costs in points, and its
    other terms by the control plane's names.
    """

    owner: int
    kind: str
    key: str
    worth: int | None = None
    points: int | None = None
    terms: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])


@dataclasses.dataclass(frozen=True)
class Move:
    """Something done through the control plane, in words and as the request that did it."""

    words: str
    method: str
    path: str
    body: Any = None
    before: View | None = None
    after: View | None = None


@dataclasses.dataclass(frozen=True)
class Step:
    """One request of an operation and what came of it.

    `guest` is whom it names. `status` is None where no answer came. `turn` numbers what was sent at once.
    `fault` is trouble that was ordered for it, `wrong` what is wrong with its credentials, for which the
    answer may only have one of `wanted`; `refused` is another reason to refuse it, `granted` one not to.
    `names` is the field that a refusal which names one must name.
    `twin` is the step that it repeats with fields that mean nothing.
    Views are None where nobody could look.
    """

    place: int
    turn: int
    operation: Operation
    guest: int
    request: Any
    status: int | None
    answer: Any
    caller: str = "till"
    sent: "requests.PreparedRequest | None" = dataclasses.field(default=None, repr=False)
    raw: Answer | None = dataclasses.field(default=None, repr=False)
    before: View | None = dataclasses.field(default=None, repr=False)
    after: View | None = dataclasses.field(default=None, repr=False)
    fault: str | None = None
    wrong: str | None = None
    wanted: frozenset[int] = frozenset()
    twin: int | None = None
    refused: str | None = None
    granted: str | None = None
    names: str | None = None

    @functools.cached_property
    def outcome(self) -> str:
        """SUCCESS, QUOTE, `tally.COMMITTED_QUOTE`, REFUSAL, ERROR, or UNKNOWN where no whole answer came."""
        if self.status is None or (self.fault and self.status < 300 and self.answer is None):
            return UNKNOWN
        return tally.judge(self.operation, self.status, self.request, self.answer)

    @property
    def asks(self) -> bool:
        """Whether it is a quote that is asked for."""
        request: JsonValue = self.request
        return isinstance(request, dict) and "query" in request

    @property
    def uid(self) -> str | None:
        """Its `external_uid`."""
        request: JsonValue = self.request
        return request.get("external_uid") if isinstance(request, dict) else None

    @property
    def redemptions(self) -> frozenset[int]:
        """The ids of redemptions that a success names."""
        if self.outcome != SUCCESS:
            return frozenset()
        items = self.answer["success"] if self.operation.id == BATCH else [self.answer]
        found = (identity(each.get("redemption_id")) for each in objects(items))
        return frozenset(each for each in found if each is not None)

    @property
    def code(self) -> str | None:
        """The redemption code that a success made."""
        if self.operation.id != CODE_MADE or self.outcome != SUCCESS:
            return None
        found = self.answer.get("redemption_tracking_code")
        return found if isinstance(found, str) else None


@dataclasses.dataclass(frozen=True)
class Turn:
    """What happened between two looks: one step, several at once, or a move (then no step)."""

    steps: tuple[Step, ...]
    before: View | None
    after: View | None
    move: Move | None = None


@dataclasses.dataclass(frozen=True)
class Delivered:
    """What a receiver of ours got: id of the event, whether it was authentic, findings in words."""

    content_id: str | None
    authentic: bool
    findings: tuple[str, ...] = ()
    redemption_id: int | str | None = None


@dataclasses.dataclass(frozen=True)
class History:
    """A story that was carried out.

    `assets` are by kind of discount and id as text; `baskets` say of which asset a basket item is (item id ->
    key of `assets`). `settings` are the business's. `delivered` is None where nobody listened.
    `drawn` are the steps of a sequence that Hypothesis drew.
    """

    name: str
    entries: tuple[Step | Move, ...]
    assets: Mapping[tuple[str, str], Asset] = dataclasses.field(default_factory=dict[tuple[str, str], Asset])
    baskets: Mapping[int, tuple[str, str]] = dataclasses.field(default_factory=dict[int, tuple[str, str]])
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    delivered: tuple[Delivered, ...] | None = None
    drawn: tuple[tuple[str, dict[str, Any]], ...] = ()

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """The requests of operations, in order."""
        return tuple(each for each in self.entries if isinstance(each, Step))

    @functools.cached_property
    def looked(self) -> bool:
        """Whether there was a control plane to look with."""
        return any(each.before is not None or each.after is not None for each in self.steps)

    @functools.cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The history in turns, in order."""
        return tuple(self._turns())

    def _turns(self) -> Iterator[Turn]:
        together: list[Step] = []
        for each in self.entries:
            if together and not (isinstance(each, Step) and each.turn == together[0].turn):
                yield Turn(tuple(together), together[0].before, together[-1].after)
                together = []
            if isinstance(each, Step):
                together.append(each)
            elif each.before is not None:
                yield Turn((), each.before, each.after, each)
        if together:
            yield Turn(tuple(together), together[0].before, together[-1].after)

    def may_repeat(self, step: Step) -> bool:
        """Whether a step may be answered what an earlier one with its `external_uid` did."""
        return bool(step.uid) and any(
            each.uid == step.uid and each.turn < step.turn and each.outcome in (SUCCESS, UNKNOWN)
            for each in self.steps
        )

    def code_of(self, code: str) -> Step | None:
        """The step that made a redemption code."""
        for step in self.steps:
            if step.code == code:
                return step
        return None


@dataclasses.dataclass(frozen=True)
class Judgement:
    """One look of a law at a step (None: at a move): `breach` says what is wrong, without a value that could
    be anybody's; None if nothing is. `severity` is another than the law's own. `bearer` is the step whose
    operation has the law, where another one shows what became of it.
    """

    step: Step | None
    breach: str | None = None
    severity: Severity | None = None
    bearer: Step | None = None
