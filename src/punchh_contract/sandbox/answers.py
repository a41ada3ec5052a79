"""Errors and refusals as the contract has them: which reason is which `x-error` of which operation. Pure;
what is granted has its bodies in `bodies`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from punchh_contract.contract import Operation
from punchh_contract.sandbox.business import ENGLISH
from punchh_contract.sandbox.decisions import Reason, Refusal
from punchh_contract.sandbox.guests import DiscountType
from punchh_contract.sandbox.qualification import qualifying_conditions

Request = Mapping[str, Any]

TOO_MANY = 429
SOON = 1
"""Seconds to wait, where nothing says how many."""

_REFUSED_ONLINE: Mapping[Reason, tuple[int, str]] = {
    Reason.NOT_ACCESSIBLE: (422, "reward_not_accessible"),
    Reason.UNKNOWN_REDEEMABLE: (422, "reward_not_accessible"),
    Reason.NOT_STARTED: (200, "reward_not_started"),
    Reason.UNKNOWN_CODE: (200, "invalid_code"),
    Reason.UNASSIGNED: (200, "code_unassigned"),
    Reason.EXPIRED: (200, "reward_expired"),
    Reason.CANCELLED: (200, "reward_expired"),
    Reason.PROCESSED: (200, "already_processed"),
    Reason.USE_LIMIT: (200, "not_enough_points"),
    Reason.NOT_ENOUGH_POINTS: (200, "not_enough_points"),
    Reason.NO_CARD: (200, "not_enough_points"),
    Reason.NOT_ENOUGH_BANKED: (200, "not_enough_balance"),
    Reason.QUALIFICATION_FAILED: (200, "qualification_failed"),
    Reason.AMOUNT_IS_ZERO: (200, "amount_is_zero"),
    Reason.REDEMPTIONS_DISABLED: (200, "redemptions_disabled"),
    # Of one store alone the online family has no text.
    Reason.LOCATION_DISABLED: (200, "redemptions_disabled"),
}
_TOLD = "qualifying_conditions"
_UNFIT = (Reason.QUALIFICATION_FAILED, Reason.AMOUNT_IS_ZERO)
_REFUSED_BATCH: Mapping[Reason, str] = {
    Reason.REDEMPTIONS_DISABLED: "feature_disabled",
    Reason.LOCATION_DISABLED: "location_disabled",
    Reason.DISCOUNT_LIMIT: "discount_limit",
    Reason.BASKET_LOCKED: "basket_locked",
}
_REFUSED_BY_FORCE: Mapping[Reason, tuple[int, str]] = {
    Reason.NOT_ENOUGH_POINTS: (422, "not_enough_points"),
    Reason.NO_CARD: (422, "not_enough_points"),
    Reason.NOT_ENOUGH_BANKED: (422, "not_enough_balance"),
    Reason.FEATURE_DISABLED: (422, "feature_disabled"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body; `redeemed` says that something was debited or issued."""

    status: int
    body: Any
    redeemed: bool = False
    retry_after: int | None = None
    """Seconds, of a caller who has to wait."""


def error(operation: Operation, status: int, error_id: str, **values: object) -> Answer:
    """An error or refusal of the contract, with the placeholders of its text filled."""
    wait = SOON if status == TOO_MANY else None
    return Answer(status, operation.errors[status, error_id].body(**values), retry_after=wait)


def rate_limited(operation: Operation, seconds: int) -> Answer:
    """Too many calls; the next may come after so many seconds."""
    return replace(error(operation, TOO_MANY, "rate_limited"), retry_after=seconds)


def field_error(operation: Operation, field: str, *, missing: bool) -> Answer:
    """A 400 that names a field, in the form that the operation's family has for it."""
    if not missing:
        return error(operation, 400, "invalid_parameter", field=field)
    if (400, "missing_field") not in operation.errors:
        return error(operation, 400, "missing_parameter", field=field)
    # Two families have a form of their own for `client`, in which the field is a key (documented: OAS-SUB).
    if field == "client":
        return error(operation, 400, "missing_parameter")
    return error(operation, 400, "missing_field", field=field)


def refusal(
    decision: Refusal, claimed: DiscountType, language: str = ENGLISH
) -> tuple[int, str, dict[str, str]]:
    """Status, `x-error` id and values by which an online order is refused, for what was claimed; the name of
    an offer in a language."""
    status, error_id = _REFUSED_ONLINE[decision.reason]
    if decision.reason is Reason.EXPIRED and claimed is DiscountType.REDEMPTION_CODE:
        error_id = "code_expired"
    return status, error_id, _values(error_id, decision, language)


def refused_online(
    operation: Operation, decision: Refusal, claimed: DiscountType, language: str, *, shown: bool
) -> Answer:
    """The refusal of an online redemption: mostly a 200 whose category is not `redeemable`; with `shown` one
    that does not fit the receipt says what the offer asks for."""
    status, error_id, values = refusal(decision, claimed, language)
    answer = without_conditions(error(operation, status, error_id, **values))
    if shown and status == 200:  # the body of another status need not be an object
        answer.body.update(conditions(decision))
    return answer


def without_conditions(answer: Answer) -> Answer:
    """An answer made of the contract's example, which may tell conditions, without them."""
    if answer.status == 200:
        answer.body.pop(_TOLD, None)
    return answer


def conditions(decision: Refusal) -> dict[str, Any]:
    """What the offer asks for, of a refusal because the receipt does not have it; else nothing."""
    if decision.reason not in _UNFIT or decision.terms is None:
        return {}
    return {_TOLD: qualifying_conditions(decision.terms)}


def refused_batch(operation: Operation, decision: Refusal) -> Answer:
    """The refusal of a whole batch."""
    error_id = _REFUSED_BATCH[decision.reason]
    values = {"location_name": decision.name} if decision.reason is Reason.LOCATION_DISABLED else {}
    return error(operation, 422, error_id, **values)


def refused_by_force(operation: Operation, decision: Refusal) -> Answer:
    """The refusal of a force redeem; whatever is wrong with a reward has one text (contract)."""
    status, error_id = _REFUSED_BY_FORCE.get(decision.reason, (422, "reward_not_accessible"))
    return error(operation, status, error_id, **_values(error_id, decision, ENGLISH))


def _values(error_id: str, decision: Refusal, language: str) -> dict[str, str]:
    if error_id == "qualification_failed":
        return {"name": decision.terms.spoken(language).name if decision.terms else decision.name}
    if error_id == "reward_not_started" and decision.starts_at:
        return {"date": f"{decision.starts_at:%B} {decision.starts_at.day}"}
    if error_id == "not_enough_balance":
        return {
            "current_balance": _money(decision.balance),
            "requested_redemption": _money(decision.requested),
        }
    return {}


def _money(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"
