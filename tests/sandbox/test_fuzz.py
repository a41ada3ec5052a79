"""Whatever arrives, the answer is no 5xx: bytes, headers and JSON that nobody should send, rightly signed."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from sandbox.calling import ADA, ITEMS, LINES, RECEIPT, Caller, Clock

from punchh_contract.auth import digest_header
from punchh_contract.contract import load
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.app import create_app

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
CLIENT = seed.load().business.client

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**40]),
    st.floats(),
    st.sampled_from([1e308, -1e308, 5e-324, 0.005, 1.005, 21.72, 70001.0]),
    st.text(max_size=8),
    st.sampled_from(["", " ", "0", "70001", "٤", "1e5", "-5", "5.50", "\x00", "\ud800", "M", "{field}", "{"]),
)
JSON = st.recursive(
    ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
RAW = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [
            b"",
            b"NaN",
            b"[1e400]",
            b'{"a":1,"a":2}',
            b'{"user_id":Infinity}',
            b'{"a":"\\udfff"}',
            b"{" * 3000,
            b"[" * 3000 + b"]" * 3000,
            b'{"a":' * 900 + b"1" + b"}" * 900,
            b'{"user_id":' + b"9" * 5000 + b"}",
            b"\xef\xbb\xbf{}",
        ]
    ),
)

GOOD: dict[str, dict[str, Any]] = {
    "force_redeem": {"user_id": ADA, "redemption": {"requested_punches": 1, "reward_id": 71001}},
    "create_online_redemption": {
        "client": CLIENT,
        "discount_type": "reward",
        "reward_id": 70001,
        "redeemable_id": "493",
        "redeemed_points": "5",
        "redemption_code": "SANDBOX-ADA-0",
        "subscription_id": "900699",
        "menu_items": ITEMS,
        **RECEIPT,
    },
    "process_batch_redemption": {"user_id": 111112000, "line_items": LINES, **RECEIPT},
    "create_subscription_redemption_code": {"client": CLIENT, "subscription_id": "900699"},
}
KINDS = ["reward", "redeemable", "discount_amount", "card_completion", "redemption_code", "subscription"]


def encode(body: Any) -> bytes:
    """JSON as a careless client writes it: NaN, lone surrogates and integers of any size included."""
    return json.dumps(body, ensure_ascii=True).encode()


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    caller = Caller(create_app(seed.load(), clock=Clock()))
    with caller.client:
        yield caller


def check(caller: Caller, operation_id: str, content: bytes) -> int:
    operation = load().operation(operation_id)
    signed = digest_header(operation, caller.credentials, operation.path, content)
    response = caller.post(operation_id, content, headers={**signed, "User-Agent": "Fuzz/1"})
    assert response.status_code < 500, response.text
    assert response.status_code in operation.statuses
    orjson.loads(response.content)
    return response.status_code


@pytest.mark.parametrize("operation_id", GOOD)
@pytest.mark.parametrize("number", range(20))
def test_odd_fields_in_a_good_body(caller: Caller, operation_id: str, number: int) -> None:
    seen: set[int] = set()
    fields = sorted(GOOD[operation_id])

    @hypothesis_seed(number)
    @settings(max_examples=6, database=None, deadline=None, suppress_health_check=SLOW)
    @given(
        changes=st.dictionaries(st.sampled_from(fields), JSON, max_size=2),
        dropped=st.sets(st.sampled_from(fields), max_size=1),
        kind=st.sampled_from(KINDS),
        item=st.dictionaries(st.sampled_from([*ITEMS[0], *LINES[0]]), JSON, max_size=2),
        line=st.integers(0, 1),
    )
    def run(changes: dict[str, Any], dropped: set[str], kind: str, item: dict[str, Any], line: int) -> None:
        body = dict(GOOD[operation_id])
        if "discount_type" in body:
            body["discount_type"] = kind
        for name in ("menu_items", "line_items"):
            if name in body and line:
                body[name] = [*body[name], {**body[name][0], **item}]
        body.update(changes)
        content = encode({key: value for key, value in body.items() if key not in dropped})
        seen.add(check(caller, operation_id, content))

    run()
    assert caller.breaks == 0
    assert 400 in seen


@pytest.mark.parametrize("operation_id", GOOD)
def test_bodies_that_are_no_json(caller: Caller, operation_id: str) -> None:
    @settings(max_examples=80, database=None, derandomize=True, deadline=None, suppress_health_check=SLOW)
    @given(RAW | JSON.map(encode))
    def run(content: bytes) -> None:
        assert check(caller, operation_id, content) in (400, 401)

    run()


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
HEADERS = ["Authorization", "x-pch-digest", "id-token", "User-Agent", "Accept-Language", "Accept-Timezone"]


@pytest.mark.parametrize("operation_id", GOOD)
def test_odd_headers(caller: Caller, operation_id: str) -> None:
    operation = load().operation(operation_id)

    @settings(max_examples=80, database=None, derandomize=True, deadline=None, suppress_health_check=SLOW)
    @given(
        st.dictionaries(
            st.sampled_from([*HEADERS, "Content-Type", "Origin", "X-Request-Id"]),
            TEXT | st.sampled_from(["Bearer é", "Token token=,btoken=", "Bearer " + "a" * 20000, "Bearer"]),
            max_size=4,
        )
    )
    def run(headers: dict[str, str]) -> None:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        request = caller.client.build_request("POST", operation.path, content=b"{}", headers=raw)
        response = caller.client.send(request)
        assert response.status_code in (400, 401, 412, 431)

    run()
    assert caller.breaks == 0


def test_any_document_for_a_guest(caller: Caller) -> None:
    members = st.sampled_from(
        ["points", "rewards", "codes", "basket", "access_token", "email", "redemptions"]
    )

    @settings(max_examples=150, database=None, derandomize=True, deadline=None, suppress_health_check=SLOW)
    @given(RAW | JSON.map(encode) | st.dictionaries(members, JSON, max_size=3).map(encode))
    def run(content: bytes) -> None:
        assert caller.client.put("/_sandbox/guests/5", content=content).status_code in (200, 400, 409)

    run()
