"""Writes down what was decided, in the caller's transaction: debits, record and event together."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from punchh_contract.sandbox import ledger, lifecycle
from punchh_contract.sandbox.bodies import MENU_ITEM
from punchh_contract.sandbox.business import Location
from punchh_contract.sandbox.decisions import Grant, Redemption, Refusal
from punchh_contract.sandbox.events import CHANNEL, Change
from punchh_contract.sandbox.guests import Code, DiscountType
from punchh_contract.sandbox.store import Transaction

_RECEIPT = ("receipt_amount", "subtotal_amount", "receipt_datetime", "transaction_no")
# Of a request only what its own schema has: besides, it may hold whatever its sender likes.
_ONLINE = ("employee_id",)
_LINES: Mapping[str, tuple[str, ...]] = {
    "menu_items": MENU_ITEM,
    "line_items": (
        "item_name",
        "item_qty",
        "amount",
        "item_type",
        "item_id",
        "item_family",
        "item_group",
        "serial_number",
    ),
}


def redeemed(
    tx: Transaction,
    operation_id: str,
    user_id: int,
    grant: Grant,
    request: Mapping[str, Any],
    location: Location,
    lines: str,
) -> Redemption:
    """Take what a grant takes and keep its record; a code completes the record that was made with it. `lines`
    names the list that the operation's receipts have: `menu_items` online, `line_items` in a batch."""
    before = tx.redemptions.get(grant.redemption_id) if grant.redemption_id is not None else None
    told: dict[str, Any] = {
        "cents": grant.cents,
        "debits": grant.debits,
        "external_uid": request.get("external_uid"),
        "location_id": location.location_id,
        "channel": request.get("channel") if lines == "menu_items" else None,
        "receipt": _receipt(request, lines),
        "updated_at": tx.now,
        "processed_at": tx.now,
    }
    if before is not None:
        # Where it is redeemed, not where it was made.
        told["channel"] = told["channel"] or CHANNEL[operation_id]
        redemption, change = replace(before, status="honoured", **told), Change.REDEEMED
        tx.redemptions.replace(redemption)
    else:
        redemption, change = _new(tx, operation_id, user_id, grant, "honoured", told), Change.CREATED
        tx.redemptions.add(redemption)
    tx.guests.apply(user_id, grant.debits)
    tx.emit(change, redemption)
    return redemption


def forced(tx: Transaction, operation_id: str, user_id: int, grant: Grant, message: str | None) -> Redemption:
    """Take what staff take, and keep the message with it."""
    told: dict[str, Any] = {
        "cents": grant.cents,
        "debits": grant.debits,
        "message": message,
        "location_id": tx.business.locations[0].location_id,
        "updated_at": tx.now,
        "processed_at": tx.now,
        "expires_at": tx.now + ledger.FORCE_LIFETIME,
    }
    redemption = _new(tx, operation_id, user_id, grant, "force_redeemed", told)
    tx.redemptions.add(redemption)
    tx.guests.apply(user_id, grant.debits)
    tx.emit(Change.FORCED, redemption)
    return redemption


def issued(tx: Transaction, operation_id: str, user_id: int, subscription_id: int, name: str) -> Redemption:
    """Make a code for a subscription, with the record that it completes when it is honoured."""
    redemption = Redemption(
        redemption_id=tx.counters.next_id("redemption"),
        user_id=user_id,
        operation=operation_id,
        status=lifecycle.WAITING,
        created_at=tx.now,
        updated_at=tx.now,
        discount_type=DiscountType.SUBSCRIPTION,
        discount_id=str(subscription_id),
        tracking_code=tx.new_code(),
        expires_at=tx.now + ledger.CODE_LIFETIME,
        name=name,
        location_id=tx.business.locations[0].location_id,
    )
    redemption = replace(redemption, code_id=redemption.redemption_id)
    tx.redemptions.add(redemption)
    tx.guests.add_codes(
        Code(
            code=redemption.tracking_code or "",
            owner=user_id,
            subscription_id=subscription_id,
            redemption_id=redemption.redemption_id,
            expires_at=redemption.expires_at,
        )
    )
    tx.emit(Change.CREATED, redemption)
    return redemption


def cancelled(tx: Transaction, redemption: Redemption) -> Redemption | Refusal:
    """Call a redemption off and give back what it took."""
    code = _code(tx, redemption)
    after = _changed(tx, Change.CANCELLED, redemption, lifecycle.cancel(redemption, code, tx.now))
    user_id, uid = redemption.user_id, redemption.external_uid
    if isinstance(after, Redemption) and uid:
        for operation, body in tx.redemptions.answers(tuple(CHANNEL), user_id, uid):
            told = [tx.redemptions.get(each) for each in _told(body)]
            if not any(each is not None and each.status == "honoured" for each in told):
                # "Please HONOR it" is no longer true: who asks again is judged anew.
                tx.redemptions.forget((operation, user_id, uid))
    return after


def expired(tx: Transaction, redemption: Redemption) -> Redemption | Refusal:
    """Let a redemption that waits end."""
    code = _code(tx, redemption)
    return _changed(tx, Change.EXPIRED, redemption, lifecycle.expire(redemption, code, tx.now))


def transferred(tx: Transaction, redemption: Redemption, user_id: int) -> Redemption | Refusal:
    """Hand a redemption that waits to another guest of the store."""
    code = _code(tx, redemption)
    change = lifecycle.transfer(redemption, code, user_id, tx.now)
    return _changed(tx, Change.TRANSFERRED, redemption, change)


def _changed(
    tx: Transaction, kind: Change, redemption: Redemption, change: lifecycle.Change | Refusal
) -> Redemption | Refusal:
    if isinstance(change, Refusal):
        return change
    tx.redemptions.replace(change.redemption)
    if change.debits:
        tx.guests.apply(redemption.user_id, change.debits)
    if change.code is not None:
        tx.guests.set_code(change.code)
    tx.emit(kind, change.redemption)
    return change.redemption


def _told(body: Mapping[str, Any]) -> list[int]:
    """The redemptions that an answer tells of: one online, those of a basket in a batch."""
    answers = (body, *body.get("success", ()))
    return [each["redemption_id"] for each in answers if each.get("redemption_id") is not None]


def _code(tx: Transaction, redemption: Redemption) -> Code | None:
    return tx.guests.code(redemption.tracking_code) if redemption.tracking_code else None


def _new(
    tx: Transaction, operation_id: str, user_id: int, grant: Grant, status: str, told: Mapping[str, Any]
) -> Redemption:
    redemption_id = tx.counters.next_id("redemption")
    values: dict[str, Any] = {
        "redemption_id": redemption_id,
        "user_id": user_id,
        "operation": operation_id,
        "status": status,
        "created_at": tx.now,
        "discount_type": grant.discount_type,
        "discount_id": grant.discount_id,
        "points": grant.points,
        "tracking_code": grant.tracking_code or tx.tracking_code(),
        "code_id": redemption_id,
        "name": grant.terms.name,
    }
    return Redemption(**values, **told)


def _receipt(request: Mapping[str, Any], lines: str) -> dict[str, Any]:
    """What a request tells of its receipt, for the event."""
    names = _RECEIPT + _ONLINE if lines == "menu_items" else _RECEIPT
    told = {name: request[name] for name in names if name in request}
    if request.get(lines):
        told[lines] = [
            {name: line[name] for name in _LINES[lines] if name in line} for line in request[lines]
        ]
    return told
