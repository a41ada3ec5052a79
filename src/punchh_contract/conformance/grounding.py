"""Turns a generated body into one that may be sent and means something on the target: fixtures and impossible
values where it names something, a plausible receipt, an `external_uid` of its own.

Of three valid bodies one keeps a single impossible value (that is how unknown clients, guests and codes are
reached), one is given the shape whose turn it is (a generator favours the first variants), and one is only
grounded. A value that a generator chose from the enumeration of `preparation` becomes a fixture or a valid
impossible one; any other becomes an impossible one that breaks its schema, so a negative case stays negative.
Everything follows from the run's seed, the order of bodies and what the target spent, never from time or hash
order.
"""

import collections
import copy
import random
from collections.abc import Collection
from typing import Any

import jsonschema_rs

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures, choices
from punchh_contract.conformance.impossible import TEXT, impossible
from punchh_contract.conformance.naming import CLIENT, TOKEN, Naming, holder, member, namings, says
from punchh_contract.conformance.preparation import IDENTITY
from punchh_contract.conformance.properties import Properties
from punchh_contract.conformance.shapes import Shape, shapes
from punchh_contract.conformance.spending import Spending
from punchh_contract.conformance.sweeping import Sweeper
from punchh_contract.conformance.taking import Taking
from punchh_contract.contract import Contract, Operation
from punchh_contract.json_types import JsonValue

AMOUNTS = ("receipt_amount", "subtotal_amount")
RECEIPT = "the receipt"
REPEATED = 10
"""Every so many commits carry the `external_uid` of the one before."""

Json = dict[str, Any]


class Grounding:
    """Grounds the bodies of one run.

    `uid_prefix` begins every `external_uid`. With `own` False the run fills in who calls: `client`, and the
    guest's token where there is no access token. `handed_out` is the run's own, live collection of texts that
    the target gave in its answers (a code that a link carries on): they are worth more than any fixture and
    stay.
    """

    def __init__(
        self,
        contract: Contract,
        fixtures: Fixtures,
        spending: Spending,
        credentials: Credentials,
        *,
        seed: int,
        uid_prefix: str,
        own: bool,
        handed_out: Collection[Any],
    ) -> None:
        self._fixtures = fixtures
        self._spending = spending
        self._credentials = credentials
        self._seed = seed
        self._uid_prefix = uid_prefix
        self._identity = () if own else IDENTITY
        self._handed_out = handed_out
        self._sweeper = Sweeper(contract, uid_prefix)
        self._namings = {each.id: namings(contract, each) for each in contract.operations.values()}
        self._shapes = {each.id: shapes(contract, each) for each in contract.operations.values()}
        self._properties = {each.id: Properties(each) for each in contract.operations.values()}
        self._taking = Taking(contract)
        self._turns: collections.Counter[tuple[str, ...]] = collections.Counter()
        self._valid = {
            each.id: jsonschema_rs.validator_for(each.request_schema, validate_formats=True)
            for each in contract.operations.values()
        }

    def lacks_guest(self, operation: Operation) -> bool:
        """Tell whether nothing of an operation can be sent any more: no token is left to name its guest."""
        return (
            bool(self._identity)
            and self._needs_token(operation)
            and not self._has(operation, self._naming(operation, TOKEN))
        )

    def sendable(self, operation: Operation, body: Any) -> bool:
        """Tell whether a body, generated or grounded, can be made one that may be sent.

        On a target of our own every one. Elsewhere a signed body must be an object, since what names the
        caller goes into it; the guest must be named somewhere; a shape that takes an amount must have one.
        """
        if not self._identity:
            return True
        plain: JsonValue = body
        if not isinstance(plain, dict):
            return operation.signature is None
        return not self.lacks_guest(operation) and not self._taking.lacks_amount(operation, plain)

    def keeps(self, operation: Operation, body: Any) -> bool:
        """Tell whether a body keeps the contract's schema of it; only an object can."""
        return isinstance(body, dict) and self._valid[operation.id].is_valid(body)

    def ground(self, operation: Operation, body: Any, *, as_written: bool = False) -> Any:
        """Return the grounded copy of a body.

        `as_written` is for the contract's own examples: they get known ids, no other shape, nothing strange.
        """
        rng = random.Random(f"{self._seed}:{operation.id}:{self._turn('all', operation.id)}")  # noqa: S311
        if isinstance(body, bytes):
            return b"{" if self._sweeper.mentions(body) else body
        copied: JsonValue = body
        if not isinstance(copied, dict | list):
            return body  # nothing has a name in it; it may be a generator's mark for "no body"
        copied = copy.deepcopy(copied)
        if isinstance(copied, dict):
            self._identify(operation, copied)
            self._ground_object(operation, copied, rng, as_written=as_written)
        return self._sweeper.swept(copied, own=[each.path for each in self._namings[operation.id]])

    def _ground_object(
        self, operation: Operation, body: Json, rng: random.Random, *, as_written: bool
    ) -> None:
        wrong = [
            each
            for each in self._present(operation, body)
            if not self._fits(operation, each, body, as_written=as_written)
        ]
        valid = not wrong and self._is_offered(operation, body) and self._valid[operation.id].is_valid(body)
        strange = None
        if self._carries_on(operation, body):
            self._redeem_carried(operation, body, valid=valid)
        elif valid and not as_written:
            match self._turn("body", operation.id) % 3:
                case 0:
                    candidates = [RECEIPT, *(each.field for each in self._present(operation, body))]
                    strange = candidates[self._turn("strange", operation.id) % len(candidates)]
                case 1:
                    self._shape(operation, body)
                case _:
                    pass
        if valid and not as_written:
            self._choose(operation, body)
        for naming in self._present(operation, body):
            self._ground_field(
                operation, naming, body, wrong=naming in wrong, strange=naming.field == strange
            )
        self._ground_constants(operation, body, as_written=as_written)
        self._spare_guest(operation, body)
        self._ground_receipt(operation, body, rng, strange=strange == RECEIPT)
        self._ground_uid(operation, body)

    def _present(self, operation: Operation, body: Json) -> list[Naming]:
        """The naming properties that stand in a body where the contract has them; not who calls."""
        return [
            each
            for each in self._namings[operation.id]
            if each.const is None
            and each.path[0] not in self._identity
            and holder(body, each.path) is not None
        ]

    def _fits(self, operation: Operation, naming: Naming, body: Json, *, as_written: bool) -> bool:
        """Whether a value is one that the generator had to choose from, or may stay."""
        value = _value(body, naming)
        return (
            member(value, choices(naming, operation.id, self._fixtures))
            or self._is_handed_out(value)
            or (as_written and naming.accepts(value))
        )

    def _is_offered(self, operation: Operation, body: Json) -> bool:
        """Whether a generator was offered what a body takes by a constant: else it meant a bad body by it."""
        return not any(
            each.const is not None
            and says(_value(body, each), each.const)
            and not self._fixtures.of(operation.id, each.field)
            for each in self._namings[operation.id]
        )

    def _is_handed_out(self, value: Any) -> bool:
        return isinstance(value, str) and value in self._handed_out

    def _carries_on(self, operation: Operation, body: Json) -> bool:
        """Whether a link put a value in: another shape would lose it."""
        return any(self._is_handed_out(_value(body, each)) for each in self._present(operation, body))

    def _redeem_carried(self, operation: Operation, body: Json, *, valid: bool) -> None:
        """Let every other quote of a value that was handed out be a commit: a link is there to redeem."""
        query = self._shapes[operation.id][0].query
        if query in body and valid and self._turn("carried", operation.id) % 2 == 0:
            del body[query]

    def _identify(self, operation: Operation, body: Json) -> None:
        """Name the caller, on a target that is not our own."""
        for field in self._identity:
            body.pop(field, None)
            naming = self._naming(operation, field)
            if naming is None:
                continue
            if field == CLIENT:
                body[CLIENT] = self._credentials.of(operation).client
            elif self._needs_token(operation) and (token := self._next(operation, naming)) is not None:
                body[TOKEN] = token

    def _needs_token(self, operation: Operation) -> bool:
        return self._naming(operation, TOKEN) is not None and not self._credentials.access_token

    def _naming(self, operation: Operation, field: str) -> Naming | None:
        return next((each for each in self._namings[operation.id] if each.field == field), None)

    def _ground_field(
        self, operation: Operation, naming: Naming, body: Json, *, wrong: bool, strange: bool
    ) -> None:
        value, place = _value(body, naming), holder(body, naming.path)
        if place is None or (self._is_handed_out(value) and not strange):
            return
        if wrong:
            place[naming.path[-1]] = self._broken(operation, naming, value)
            return
        known = None if strange else self._next(operation, naming)
        place[naming.path[-1]] = impossible(naming).valid[0] if known is None else known

    def _broken(self, operation: Operation, naming: Naming, value: Any) -> Any:
        """An impossible value that breaks the schema too, of the same JSON type if there is one."""
        every = impossible(naming).invalid
        alike = [each for each in every if type(each) is type(value)] or every
        return copy.copy(alike[self._turn("broken", operation.id, naming.field) % len(alike)])

    def _next(self, operation: Operation, naming: Naming) -> Any:
        """The fixture whose turn it is, of those that have something left; None if there is none.

        In turn, not at random: a reward is spent once.
        """
        known = self._fixtures.of(operation.id, naming.field)
        if not known:
            return None
        start = self._turn("value", operation.id, naming.field)
        for step in range(len(known)):
            fixture = known[(start + step) % len(known)]
            if self._spending.left(fixture) != 0:
                return fixture.value
        return None

    def _has(self, operation: Operation, naming: Naming | None) -> bool:
        """Whether any fixture of a property has something left."""
        known = self._fixtures.of(operation.id, naming.field) if naming else ()
        return any(self._spending.left(each) != 0 for each in known)

    def _choose(self, operation: Operation, body: Json) -> None:
        """Put each enumeration's values in turn: a generator sends the first again and again."""
        for name, values in self._properties[operation.id].choices.items():
            if name in body:
                body[name] = values[self._turn("choice", operation.id, name) % len(values)]

    def _shape(self, operation: Operation, body: Json, *, quote: bool | None = None) -> None:
        """Give a valid body the shape whose turn it is, of those that may be sent."""
        every = [
            each
            for each in self._shapes[operation.id]
            if self._may(operation, each) and quote in (None, each.quote)
        ]
        shape = every[self._turn("shape", operation.id) % len(every)]
        if shape.query is not None:
            body.pop(shape.query, None)
        body.update(shape.constants)
        for field in shape.needs:
            naming = self._naming(operation, field)
            if naming is not None and naming.const is None and not naming.accepts(body.get(field)):
                body[field] = impossible(naming).valid[0]

    def _may(self, operation: Operation, shape: Shape) -> bool:
        """Whether a shape takes nothing by its constants alone, or a fixture that has something left does."""
        return all(
            self._has(operation, each)
            for each in self._namings[operation.id]
            if each.const is not None and shape.constants.get(each.field) == each.const
        )

    def _ground_constants(self, operation: Operation, body: Json, *, as_written: bool) -> None:
        """Let a constant that takes something stand only as a fixture that has something left."""
        for naming in self._namings[operation.id]:
            place = holder(body, naming.path)
            if naming.const is None or place is None or not says(place[naming.path[-1]], naming.const):
                continue
            if place[naming.path[-1]] == naming.const and self._has(operation, naming):
                continue
            good = as_written or self._is_offered(operation, body)
            if good and self.keeps(operation, body):
                self._shape(operation, body, quote=self._shapes[operation.id][0].query in body)
            else:
                place[naming.path[-1]] = TEXT

    def _spare_guest(self, operation: Operation, body: Json) -> None:
        """Name no guest of the fixtures in a body that a server may read as "take all there is"."""
        if not self._taking.is_open_ended(operation, body):
            return
        for guest in self._present(operation, body):
            place = holder(body, guest.path)
            if guest.kind == "guest" and place and guest.accepts(place[guest.path[-1]]):
                place[guest.path[-1]] = impossible(guest).valid[0]

    def _ground_receipt(self, operation: Operation, body: Json, rng: random.Random, *, strange: bool) -> None:
        """Make the two amounts, which the vendor wants to be equal, a plausible total; or two that differ."""
        if not all(_is_number(body.get(name)) for name in AMOUNTS):
            return
        if strange and self._turn("receipt", operation.id) % 2:
            return  # as generated: zero, below zero, or beyond all bounds
        amount = rng.randint(2000, 9999) / 100
        body.update(dict.fromkeys(AMOUNTS, amount))
        if strange:
            body["subtotal_amount"] = amount + 1

    def _ground_uid(self, operation: Operation, body: Json) -> None:
        key = operation.retry.key
        if key is None or not isinstance(body.get(key), str) or not body[key]:
            return
        # A generator likes short values and repeats them: each later one would be a replay, not a redemption.
        turn = self._turn("uid", operation.id)
        body[key] = f"{self._uid_prefix}{turn - (turn % REPEATED == REPEATED - 1)}"

    def _turn(self, *what: str) -> int:
        """Count: the first call for `what` gives 0."""
        self._turns[what] += 1
        return self._turns[what] - 1


def _value(body: Json, naming: Naming) -> Any:
    place = holder(body, naming.path)
    return None if place is None else place[naming.path[-1]]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
