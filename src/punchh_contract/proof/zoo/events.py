"""Faults of what subscribers are told: missing, twice, of what did not happen, with other amounts, statuses,
guests or times."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from punchh_contract.proof.fault import Fault, Kind, Patch
from punchh_contract.proof.making import after, around, before, ran, returning
from punchh_contract.proof.stage import ADA, FULL, GRACE, Stage, member
from punchh_contract.proof.zoo.codes import made, redeem
from punchh_contract.proof.zoo.promises import LOSING, unless_lost
from punchh_contract.sandbox.decisions import Redemption
from punchh_contract.sandbox.events import Change
from punchh_contract.sandbox.guests import Held

_event = partial(Fault, kind=Kind.EVENT)

_EMIT, _MADE = "store.transaction.Transaction.emit", "events.redemption_event"


def _seen(*names: str) -> Any:
    """These members of each event of a redemption of Grace's for 100 points."""

    def witness(stage: Stage) -> Any:
        stage.online("redeemable", "grace", redeemable_id="493", store_number="402")
        return [[member(each, name) for name in names] for each in stage.events()]

    return witness


def _edited(how: Callable[[Any, Any], Any]) -> Patch:
    """Another document of each event: `how(document, payload)` changes it where it is."""

    def change(document: Any, *_: Any) -> Any:
        how(document, document["payload"])
        return document

    return Patch(_MADE, after(change))


def _balance_before(
    original: Any, change: Any, redemption: Any, profile: Any, account: Any, *rest: Any
) -> Any:
    taken = sum(each.amount for each in redemption.debits if each.held is Held.POINTS)
    before_ = replace(
        account, points=account.points + taken, debited_points=max(0, account.debited_points - taken)
    )
    return original(change, redemption, profile, before_, *rest)


def _with_token(document: Any, _: Any, __: Any, profile: Any, *_rest: Any) -> Any:
    document["payload"]["user"].update(access_token=profile.access_token)
    return document


def _untold(kind: Change) -> Patch:
    return Patch(
        _EMIT,
        around(
            lambda original, tx, change, redemption: (
                None if change is kind else original(tx, change, redemption)
            )
        ),
    )


def _told_twice(original: Any, tx: Any, change: Any, redemption: Any) -> None:
    original(tx, change, redemption)
    original(tx, change, redemption)


def _of_a_refusal(answer: Any, tx: Any, _: Any, request: Any) -> None:
    """What was refused to staff is told as done."""
    if answer.status != 422:
        return
    redemption = Redemption(
        redemption_id=tx.counters.next_id("redemption"),
        user_id=int(request["user_id"]),
        operation="force_redeem",
        status="force_redeemed",
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.emit(Change.FORCED, redemption)


def _first_only(original: Any, tx: Any, change: Any, redemption: Any) -> None:
    if not tx.emitted:
        original(tx, change, redemption)


def _statuses(stage: Stage) -> Any:
    """What is told of a code that is made and honoured."""
    redeem(stage, made(stage))
    return [[each["action"], each["payload"]["redemption_status"]] for each in stage.events()]


def _expiring(stage: Stage) -> Any:
    made(stage)
    stage.control("POST", "redemptions/6440001/expire")
    return [each["payload"]["redemption_status"] for each in stage.events()]


def _repeated(stage: Stage) -> Any:
    for _ in range(2):
        stage.online("redeemable", "grace", redeemable_id="493", external_uid="till-1-0001")
    return len(stage.events())


def _replayed(answer: Any, tx: Any, caller: Any, request: Any) -> None:
    """A repeated transaction tells of its redemption again."""
    if answer.redeemed or not request.get("external_uid") or request.get("query"):
        return
    for each in tx.redemptions.find(user_id=caller.user_id, external_uid=request["external_uid"]):
        tx.emit(Change.CREATED, each)


def _delivered(scheme: str, *statuses: int) -> Any:
    """The requests that a subscriber gets of one redemption, answering with statuses and then 200."""

    def witness(stage: Stage) -> Any:
        async def act() -> None:
            request = stage.order("redeemable", "grace", redeemable_id="493")
            await stage.client.send(request)
            if statuses:
                await stage.app.state.pump.settle()
                await stage.client.post("/_sandbox/clock/advance", json={"seconds": 3600})

        return stage.run(stage.delivering(scheme, statuses, act))

    return witness


def _lost(stage: Stage) -> Any:
    """The reply is lost after the commit: what was taken, and what is told."""
    stage.control("POST", "faults", {"kind": "reply_lost", "operation": "create_online_redemption"})
    stage.online("redeemable", "grace", redeemable_id="493")
    return [stage.guest(GRACE)["points"], len(stage.events())]


FAULTS = (
    _event(
        id="event_is_missing",
        suffers="A shop that waits for events never learns of online redemptions.",
        rule="Each state change of a redemption is one event.",
        source="inferred: EV-RED, SEED-004",
        patches=(_untold(Change.CREATED),),
        witness=_seen("payload.redemption_id"),
        faultless=[[6440001]],
    ),
    _event(
        id="event_comes_twice",
        suffers="The books count every redemption twice: the ids of the messages differ.",
        rule="Each state change of a redemption is one event.",
        source="inferred: EV-RED, SEED-004",
        patches=(Patch(_EMIT, around(_told_twice)),),
        witness=_seen("payload.redemption_id"),
        faultless=[[6440001]],
    ),
    _event(
        id="event_ids_repeat",
        suffers="A receiver that drops duplicates drops every event but the first.",
        rule="`content_id` is distinct.",
        source="documented: WH-META",
        patches=(
            _edited(lambda document, _: document.update(content_id="00000000-0000-4000-8000-000000000001")),
        ),
        witness=lambda stage: len({*map(str, _seen("content_id")(stage) + _seen("content_id")(stage))}),
        faultless=2,
    ),
    _event(
        id="event_of_a_code_honoured_is_missing",
        suffers="A code waits for ever in the shop's books.",
        rule="A code that is honoured is an `update`.",
        source="inferred: EV-RED",
        patches=(_untold(Change.REDEEMED),),
        witness=_statuses,
        faultless=[["create", "redeemable"], ["update", "redeemed"]],
    ),
    _event(
        id="event_of_an_expired_code_is_missing",
        suffers="Codes that nobody used stay open in the shop's books.",
        rule="A code that expires is an event.",
        source="documented: EV-RED",
        patches=(_untold(Change.EXPIRED),),
        witness=_expiring,
        faultless=["redeemable", "expired"],
    ),
    _event(
        id="event_of_a_basket_is_one",
        suffers="Of three discounts in a basket the books see one.",
        rule="Each item of a batch has an event of its own.",
        source="inferred: EV-RED",
        patches=(Patch(_EMIT, around(_first_only)),),
        witness=lambda stage: [len(stage.batch(FULL).body["success"]), len(stage.events())],
        faultless=[3, 3],
    ),
    _event(
        id="event_tells_of_a_refusal",
        suffers="The books show a redemption that was refused.",
        rule="What is refused is no event.",
        source="inferred: EV-RED",
        patches=(ran("force_redeem", _of_a_refusal),),
        witness=lambda stage: [stage.force(GRACE, requested_punches=1000).status, len(stage.events())],
        faultless=[422, 0],
    ),
    _event(
        id="event_comes_again_with_a_retry",
        suffers="Who sends again after a timeout is booked twice.",
        rule="A repeated transaction changes nothing and is no event.",
        source="assumed: C-24",
        patches=(ran("create_online_redemption", _replayed),),
        witness=_repeated,
        faultless=1,
    ),
    _event(
        id="event_balance_is_stale",
        suffers="The app shows points that are spent already.",
        rule="`account_balance` is as it is after the change.",
        source="documented: SEED-004",
        patches=(Patch(_MADE, around(_balance_before)),),
        witness=_seen("payload.user.account_balance.loyalty_points"),
        faultless=[[150]],
    ),
    _event(
        id="event_status_is_wrong",
        suffers="What was redeemed looks as if it waited.",
        rule="A redemption that was honoured is `redeemed`.",
        source="documented: SEED-004",
        patches=(_edited(lambda _, payload: payload.update(redemption_status="redeemable")),),
        witness=_seen("payload.redemption_status"),
        faultless=[["redeemed"]],
    ),
    _event(
        id="event_action_is_wrong",
        suffers="A receiver updates a redemption that it never heard of.",
        rule="What is made is a `create`.",
        source="inferred: SEED-004, EV-BRZ",
        patches=(_edited(lambda document, _: document.update(action="update")),),
        witness=_seen("action"),
        faultless=[["create"]],
    ),
    _event(
        id="event_discount_is_in_cents",
        suffers="The books show a hundred times the discount.",
        rule="Amounts of an event are dollars, those of the answer.",
        source="documented: SEED-004",
        patches=(
            _edited(
                lambda _, payload: (
                    payload["redemption_code"]
                    and payload["redemption_code"].update(
                        discount=payload["redemption_code"]["discount"] * 100
                    )
                )
            ),
        ),
        witness=_seen("payload.redemption_code.discount"),
        faultless=[[5]],
    ),
    _event(
        id="event_points_are_missing",
        suffers="The books cannot say what a redemption cost the guest.",
        rule="`points_requested` is what was taken.",
        source="documented: SEED-004",
        patches=(_edited(lambda _, payload: payload.update(points_requested=None)),),
        witness=_seen("payload.points_requested"),
        faultless=[[100]],
    ),
    _event(
        id="event_names_another_guest",
        suffers="A mail goes to somebody who redeemed nothing, with another guest's balance in it.",
        rule="The guest of an event is the redemption's.",
        source="documented: SEED-004",
        patches=(
            _edited(lambda _, payload: (payload.update(user_id=ADA), payload["user"].update(user_id=ADA))),
        ),
        witness=_seen("payload.user_id", "payload.user.user_id"),
        faultless=[[GRACE, GRACE]],
    ),
    _event(
        id="event_names_another_redemption",
        suffers="The event cannot be joined with the answer that the shop has.",
        rule="The `redemption_id` of an event is the answer's.",
        source="documented: SEED-004",
        patches=(_edited(lambda _, payload: payload.update(redemption_id=payload["redemption_id"] + 1)),),
        witness=_seen("payload.redemption_id"),
        faultless=[[6440001]],
    ),
    _event(
        id="event_names_another_store",
        suffers="Sales are booked to a store that sold nothing.",
        rule="The store of an event is where it was redeemed.",
        source="documented: SEED-004",
        patches=(_edited(lambda _, payload: payload.update(store_number="401", location_id=900031)),),
        witness=_seen("payload.store_number", "payload.location_id"),
        faultless=[["402", 311032]],
    ),
    _event(
        id="event_timestamp_is_in_seconds",
        suffers="Every event is of January 1970.",
        rule="`timestamp` is in milliseconds.",
        source="documented: WH-META, C-40",
        patches=(_edited(lambda document, _: document.update(timestamp=document["timestamp"] // 1000)),),
        witness=_seen("timestamp"),
        faultless=[[1772474701000]],
    ),
    _event(
        id="event_times_lack_their_zone",
        suffers="Sales of the evening are booked to the next day.",
        rule="Times of an event carry an offset.",
        source="documented: SEED-004",
        patches=(
            _edited(
                lambda document, payload: (
                    document.update(created_at=document["created_at"].removesuffix("Z")),
                    payload.update(created_at=payload["created_at"].removesuffix("Z")),
                )
            ),
        ),
        witness=_seen("created_at", "payload.created_at"),
        faultless=[["2026-03-02T18:05:01Z", "2026-03-02T18:05:01Z"]],
    ),
    _event(
        id="event_leaks_the_guests_token",
        suffers="Every subscriber can spend every guest's points.",
        rule="Tokens and keys are in no event.",
        source="inferred: SEED-004",
        patches=(
            Patch(
                _MADE,
                after(_with_token),
            ),
        ),
        witness=_seen("payload.user.access_token"),
        faultless=[["-"]],
    ),
    _event(
        id="event_type_is_wrong",
        suffers="Points are booked as banked dollars.",
        rule="`redemption_type` says what was redeemed.",
        source="documented: SEED-004",
        patches=(Patch("events._type", returning("BankedRewardRedemption")),),
        witness=_seen("payload.redemption_type"),
        faultless=[["RedeemableRedemption"]],
    ),
    _event(
        id="delivery_is_signed_without_its_path",
        suffers="A receiver that checks signatures as documented refuses every event.",
        rule="Path and query of the subscriber, then the body, are signed.",
        source="assumed: WH-CONF",
        patches=(
            Patch("deliveries.signing.headers", before(lambda subscriber, _, body: (subscriber, "", body))),
        ),
        witness=_delivered("hmac-sha256"),
        faultless=[[True, "626188bc-b2e5-5a54-9dc4-d454007b71da"]],
    ),
    _event(
        id="delivery_is_given_up_at_once",
        suffers="A receiver that restarts loses every event of that minute.",
        rule="After a 5xx a delivery is tried again, seven times.",
        source="documented: WH-DEL",
        patches=(Patch("deliveries.pump.wait", returning(None)),),
        witness=_delivered("none", 503),
        faultless=[[False, "626188bc-b2e5-5a54-9dc4-d454007b71da"]] * 2,
    ),
    _event(
        id="event_is_lost_with_the_reply",
        suffers="Where the connection broke, neither answer nor event tells of the debit.",
        rule="An event is written with its change, whether or not anybody got the answer.",
        source="inferred: EV-RED",
        patches=(LOSING, Patch(_EMIT, around(unless_lost))),
        witness=_lost,
        faultless=[150, 1],
    ),
)
