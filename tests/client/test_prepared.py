"""A call is frozen once: its bytes, its key and what they mean."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from punchh_client.models import BatchRedemptionRequest, OnlineRewardRequest

from punchh_contract import contract
from punchh_contract.client.identity import uuid7
from punchh_contract.client.prepared import Prepared, prepare, reopen
from punchh_contract.errors import UsageError

ONLINE = "create_online_redemption"
OPERATIONS = list(contract.load().operations)
KEYED = {ONLINE, "process_batch_redemption"}
VERSION_7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

Bodies = dict[str, dict[str, Any]]
ITEM: dict[str, Any] = contract.load().document["components"]["examples"]["OnlineRewardCommit"]["value"][
    "menu_items"
][0]


def prepared(operation: str, body: Any, **more: Any) -> Prepared:
    return prepare(contract.load().operation(operation), body, user_agent="Example/POS/1.0", **more)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_bytes_are_compact_and_say_what_the_body_says(operation: str, bodies: Bodies) -> None:
    call = prepared(operation, bodies[operation], mint=lambda: "minted")
    expected = dict(bodies[operation])
    if operation in KEYED:
        expected["external_uid"] = "minted"
    assert json.loads(call.body) == expected == call.document
    assert call.body == json.dumps(call.document, separators=(",", ":"), ensure_ascii=False).encode()
    assert call.uri == contract.load().operation(operation).path


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_commits_and_what_has_a_key_is_the_contracts_to_say(operation: str, bodies: Bodies) -> None:
    call = prepared(operation, bodies[operation])
    assert call.committing
    assert call.keyed == (operation in KEYED)
    assert (call.external_uid is not None) == (operation in KEYED)


@pytest.mark.parametrize("operation", sorted(KEYED))
def test_a_dry_run_commits_nothing_and_gets_no_key(operation: str, bodies: Bodies) -> None:
    alone = prepared(operation, {**bodies[operation], "query": True})
    assert (alone.committing, alone.keyed, alone.external_uid) == (False, False, None)
    assert "external_uid" not in alone.document
    own = prepared(operation, {**bodies[operation], "query": True, "external_uid": "order-1"})
    assert (own.keyed, own.external_uid) == (False, "order-1")


def test_a_key_of_the_callers_own_stays(bodies: Bodies) -> None:
    call = prepared(ONLINE, {**bodies[ONLINE], "external_uid": "order-5678"}, mint=lambda: "minted")
    assert call.external_uid == "order-5678"
    assert b"minted" not in call.body


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_key_is_none(empty: str | None, bodies: Bodies) -> None:
    call = prepared(ONLINE, {**bodies[ONLINE], "external_uid": empty}, mint=lambda: "minted")
    assert call.external_uid == call.document["external_uid"] == "minted"


def test_a_model_and_a_mapping_of_it_make_the_same_bytes(bodies: Bodies) -> None:
    body = {**bodies[ONLINE], "external_uid": "order-1"}
    model = OnlineRewardRequest.from_dict(body)
    assert prepared(ONLINE, model).body == prepared(ONLINE, body).body


def test_the_callers_body_is_left_alone(bodies: Bodies) -> None:
    body = bodies[ONLINE]
    before = json.dumps(body)
    model = OnlineRewardRequest.from_dict(body)
    prepared(ONLINE, body)
    prepared(ONLINE, model)
    assert json.dumps(body) == before
    assert "external_uid" not in model.to_dict()


def test_the_fingerprint_names_the_bytes(bodies: Bodies) -> None:
    body = {**bodies[ONLINE], "external_uid": "order-1"}
    same, again = prepared(ONLINE, body), prepared(ONLINE, body)
    other = prepared(ONLINE, {**body, "external_uid": "order-2"})
    assert same.fingerprint == again.fingerprint != other.fingerprint
    assert re.fullmatch(r"[0-9a-f]{64}", same.fingerprint)
    assert same.at("/api/auth/elsewhere").fingerprint == same.fingerprint


def test_a_guests_name_travels_as_utf_8(bodies: Bodies) -> None:
    call = prepared(ONLINE, {**bodies[ONLINE], "employee_name": "Zoë Invented"})
    assert "Zoë Invented".encode() in call.body


def test_decimals_and_aware_times_are_written_exactly(bodies: Bodies) -> None:
    at = datetime(2026, 3, 2, 18, 5, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    call = prepared(
        ONLINE,
        {**bodies[ONLINE], "receipt_amount": Decimal("0.30"), "receipt_datetime": at},
    )
    assert b'"receipt_amount":0.3,' in call.body
    assert b'"receipt_datetime":"2026-03-02T18:05:01+05:30"' in call.body


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"receipt_amount": Decimal("0.12345678901234567890123")}, "more digits"),
        ({"receipt_amount": Decimal("NaN")}, "more digits"),
        ({"receipt_amount": float("nan")}, "cannot carry"),
        ({"receipt_amount": float("inf")}, "cannot carry"),
        ({"receipt_datetime": datetime(2026, 3, 2, 18, 5)}, "no zone"),  # noqa: DTZ001  # the point
        ({"employee_name": "\ud800"}, "cannot carry"),
        ({"employee_name": {1, 2}}, "type set"),
        ({"query": False}, "query"),
        ({"query": None}, "query"),
        ({"query": 1}, "query"),
        ({"query": "true"}, "query"),
        ({"channel": "somewhere"}, "channel"),
        ({"discount_type": "gift"}, "discount_type is one of reward"),
        ({"discount_type": ["reward"]}, "discount_type is one of reward"),
        ({"menu_items": [{"item_name": "Demo Burger"}]}, "item_qty is missing"),
        ({"menu_items": 5}, "menu_items"),
        ({"external_uid": 5678}, "external_uid is a text"),
        ({"external_uid": " \t"}, "external_uid is blank"),
        ({"receipt_amount": "21.72"}, '/receipt_amount: the value is not of type "number"'),
        ({"receipt_amount": 0.1 + 0.2}, "/receipt_amount: the value is not a multiple of 0.01"),
        ({"receipt_amount": Decimal("1.005")}, "/receipt_amount: the value is not a multiple of 0.01"),
        ({"reward_id": "70001"}, "/reward_id: the value is not"),
        ({"reward_id": 0}, "/reward_id: the value is"),
        ({"store_number": ""}, "/store_number: the value is shorter"),
        ({"channel": 5}, "/channel"),
        ({"menu_items": [{**ITEM, "item_qty": "two"}]}, "/menu_items/0/item_qty"),
        ({"menu_items": [{**ITEM, "item_amount": 9.999}]}, "/menu_items/0/item_amount"),
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_said_before_anything_is(
    change: dict[str, Any], says: str, bodies: Bodies
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        prepared(ONLINE, {**bodies[ONLINE], **change})
    assert ONLINE in str(caught.value)


@pytest.mark.parametrize(
    ("operation", "change", "says"),
    [
        ("force_redeem", {"user_id": "text"}, "/user_id"),
        ("process_batch_redemption", {"user_id": "text"}, "/user_id"),
        ("process_batch_redemption", {"receipt_datetime": "yesterday"}, "/receipt_datetime"),
        ("process_batch_redemption", {"receipt_amount": True}, "/receipt_amount"),
        ("create_subscription_redemption_code", {"subscription_id": 23}, "/subscription_id"),
    ],
)
def test_a_value_of_another_type_is_named_and_not_quoted(
    operation: str, change: dict[str, Any], says: str, bodies: Bodies
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        prepared(operation, {**bodies[operation], **change})
    assert not any(str(value) in str(caught.value) for value in change.values())


def test_a_model_is_held_to_the_contract_too(bodies: Bodies) -> None:
    model = OnlineRewardRequest.from_dict(bodies[ONLINE])
    model.receipt_amount = 0.1 + 0.2
    with pytest.raises(UsageError, match="/receipt_amount"):
        prepared(ONLINE, model)


def test_every_amount_of_whole_cents_passes(bodies: Bodies) -> None:
    for cents in [*range(5_000), *range(5_000, 100_000_000, 999_983)]:
        prepared(ONLINE, {**bodies[ONLINE], "receipt_amount": cents / 100})


def test_a_body_that_is_nested_too_deeply_is_said_so(bodies: Bodies) -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"deeper": deep}
    with pytest.raises(UsageError, match="nested too deeply"):
        prepared(ONLINE, {**bodies[ONLINE], "extra": deep})


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_missing_field_is_named(operation: str, bodies: Bodies) -> None:
    required = {"create_subscription_redemption_code": "subscription_id", ONLINE: "store_number"}
    name = required.get(operation, "user_id")
    body = {key: value for key, value in bodies[operation].items() if key != name}
    with pytest.raises(UsageError, match=f"field {name} is missing"):
        prepared(operation, body)


def test_errors_never_quote_a_value(bodies: Bodies) -> None:
    with pytest.raises(UsageError) as caught:
        prepared(ONLINE, {**bodies[ONLINE], "channel": "jane@example.com"})
    assert "jane" not in str(caught.value)


def test_a_model_of_another_operation_is_refused(bodies: Bodies) -> None:
    batch = BatchRedemptionRequest.from_dict(bodies["process_batch_redemption"])
    with pytest.raises(UsageError, match=r"takes OnlineRewardRequest, .* not BatchRedemptionRequest"):
        prepared(ONLINE, batch)


@pytest.mark.parametrize("agent", ["", "  "])
def test_no_call_goes_without_a_user_agent(agent: str, bodies: Bodies) -> None:
    operation = contract.load().operation(ONLINE)
    with pytest.raises(UsageError, match="User-Agent"):
        prepare(operation, bodies[ONLINE], user_agent=agent)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_client_is_filled_in_where_it_belongs(operation: str, bodies: Bodies) -> None:
    body = {key: value for key, value in bodies[operation].items() if key != "client"}
    call = prepared(operation, body, client="invented-client")
    signed = contract.load().operation(operation).signature is not None
    assert call.document.get("client") == ("invented-client" if signed else None)


def test_a_client_in_the_body_stays(bodies: Bodies) -> None:
    call = prepared(ONLINE, {**bodies[ONLINE], "client": "another"}, client="invented-client")
    assert call.document["client"] == "another"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_language_and_zone_go_where_the_contract_has_them(operation: str, bodies: Bodies) -> None:
    call = prepared(operation, bodies[operation], accept_language="es", accept_timezone="America/Chicago")
    names = {each["name"] for each in contract.load().operation(operation).parameters}
    assert set(call.headers) - {"Content-Type", "Accept"} == names
    assert call.headers["Content-Type"] == call.headers["Accept"] == "application/json"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_call_is_taken_up_from_its_bytes(operation: str, bodies: Bodies) -> None:
    call = prepared(operation, bodies[operation])
    again = reopen(call.operation, call.uri, call.body, headers=call.headers)
    assert again == call


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_bytes_that_are_no_call_are_refused(body: bytes) -> None:
    operation = contract.load().operation(ONLINE)
    with pytest.raises(UsageError, match="no JSON"):
        reopen(operation, operation.path, body)


def test_its_repr_shows_nothing_of_a_guest(bodies: Bodies) -> None:
    call = prepared(ONLINE, {**bodies[ONLINE], "email": "jane@example.com", "external_uid": "o-1"})
    assert repr(call).startswith("Prepared(create_online_redemption, ")
    assert "jane" not in repr(call)
    assert "invented" not in repr(call)


def test_ids_are_version_7_as_rfc_9562_has_them() -> None:
    # Appendix A.6 of RFC 9562: 2022-02-22 19:22:22 UTC.
    moment = int(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC).timestamp() * 1000)
    example = uuid7(moment, bytes.fromhex("0cc398c4dc0c0c07398f"))
    assert example == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_ids_differ_and_follow_time() -> None:
    assert len({uuid7() for _ in range(1000)}) == 1000
    assert VERSION_7.fullmatch(uuid7())
    assert VERSION_7.fullmatch(uuid7(5, b"\xff" * 10))
    assert uuid7(1) < uuid7(2) < uuid7(1 << 40) < uuid7((1 << 48) - 1)
