"""What does not fit an operation is refused in plain words, whichever it is, and changes nothing."""

from collections.abc import Iterator

import pytest
from sandbox.calling import ADA, GRACE, Caller, Clock

from punchh_contract.sandbox import seed
from punchh_contract.sandbox.app import create_app


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    caller = Caller(create_app(seed.load(), clock=Clock()))
    with caller.client:
        yield caller


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        pytest.param("guests?limit=0", "limit does not fit the rule `minimum`", id="below the least"),
        pytest.param("guests?limit=1001", "limit does not fit the rule `maximum`", id="above the most"),
        pytest.param("guests?limit=", "limit is no whole number in plain digits", id="empty"),
        pytest.param("guests?limit=1.5", "limit is no whole number in plain digits", id="a fraction"),
        pytest.param("guests?limit=01", "limit is no whole number in plain digits", id="a leading zero"),
        pytest.param("guests?limit=%D9%A4", "limit is no whole number in plain digits", id="foreign digits"),
        pytest.param("guests?after=99999999999999999999", "after is no whole number", id="beyond 64 bits"),
        pytest.param("guests?after=9223372036854775808", "after does not fit the rule `maximum`", id="2**63"),
        pytest.param("guests?limit=1&limit=2", "the query parameter limit stands twice", id="twice"),
        pytest.param("guests?page=2", "not known; known are: after, limit", id="unknown"),
        pytest.param("health?x=1", "not known; known are: none here", id="unknown where there is none"),
        pytest.param("events?wait=31", "wait does not fit the rule `maximum`", id="waits too long"),
        pytest.param("events?wait=-1", "wait is no decimal number", id="waits below zero"),
        pytest.param("events?wait=nan", "wait is no decimal number", id="no number"),
        pytest.param("log?wait=1e9", "wait is no decimal number", id="an exponent"),
        pytest.param("log?status=6", "status does not fit the rule `anyOf`", id="no class of statuses"),
        pytest.param("log?method=P0ST", "method does not fit the rule `pattern`", id="no method"),
        pytest.param("log?operation=%00", "operation holds the character NUL", id="NUL"),
        pytest.param("redemptions?status=done", "status does not fit the rule `enum`", id="no status"),
        pytest.param("redemptions?external_uid=", "does not fit the rule `minLength`", id="empty text"),
        pytest.param("deliveries?content_id=7", "does not fit the rule `format`", id="no UUID"),
        pytest.param("deliveries?state=lost", "state does not fit the rule `enum`", id="no state"),
    ],
)
def test_a_parameter_that_does_not_fit(caller: Caller, asked: str, word: str) -> None:
    response = caller.client.get(f"/_sandbox/{asked}")
    assert response.status_code == 400
    assert word in response.json()["error"]
    assert set(response.json()) == {"error"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "redemptions/0", 404),
        ("POST", "redemptions/x/cancel", 404),
        ("GET", "events/7", 404),
        ("GET", "faults/01", 404),
        ("DELETE", "subscribers/-1", 404),
        ("POST", "deliveries/1.0/redeliver", 404),
        ("PUT", "snapshots/%00", 400),
        ("PUT", "snapshots/.hidden", 400),
        ("PUT", f"snapshots/{'x' * 65}", 400),
        ("POST", "snapshots/.hidden/restore", 404),
        ("POST", "guests/0/rewards", 404),
    ],
)
def test_a_path_that_can_name_nothing(caller: Caller, method: str, path: str, status: int) -> None:
    response = caller.client.request(
        method, f"/_sandbox/{path}", json={"reward_id": 1, "name": "x", "discount_cents": 1}
    )
    assert response.status_code == status


@pytest.mark.parametrize(
    ("method", "path", "content", "pointer"),
    [
        pytest.param("PATCH", "business", b"{}", "", id="no change"),
        pytest.param(
            "PATCH", "business", b'{"settings": {"max_discounts": 0}}', "/settings/max_discounts", id="0"
        ),
        pytest.param("PATCH", "business", b'{"settings": {"x": 1}}', "/settings/x", id="no setting"),
        pytest.param("PATCH", "business", b'{"secret": "x"}', "/secret", id="not to be changed"),
        pytest.param("PUT", "clock", b'{"frozen": true}', "", id="no time"),
        pytest.param("PUT", "clock", b'{"now": "2026-03-02T18:05:01"}', "/now", id="no offset"),
        pytest.param("PUT", "clock", b'{"now": "1970-12-31T23:59:59Z"}', "/now", id="too early"),
        pytest.param("PUT", "clock", b'{"now": "9999-01-01T00:00:00Z"}', "/now", id="too late"),
        pytest.param(
            "PUT", "clock", b'{"now": "9999-12-31T23:59:59-23:00"}', "/now", id="beyond the calendar"
        ),
        pytest.param("PUT", "clock", b'{"now": "0000-01-01T00:00:00Z"}', "/now", id="the year 0"),
        pytest.param("POST", "clock/advance", b'{"seconds": -1}', "/seconds", id="backwards"),
        pytest.param("POST", "clock/advance", b'{"seconds": 1e308}', "/seconds", id="for ever"),
        pytest.param("POST", "clock/freeze", b'{"at": null}', "/at", id="at nothing"),
        pytest.param("POST", "subscribers", b'{"url": "http://example.com/"}', "/url", id="not loopback"),
        pytest.param("POST", "subscribers", b'{"url": "file:///etc/passwd"}', "/url", id="no http"),
        pytest.param("POST", "subscribers", b'{"url": "http://[::1"}', "/url", id="no address"),
        pytest.param(
            "POST",
            "subscribers",
            b'{"url": "http://127.0.0.1/", "scheme": "bearer"}',
            "/secret",
            id="no token",
        ),
        pytest.param(
            "POST",
            "subscribers",
            b'{"url": "http://127.0.0.1/", "scheme": "basic", "name": "a:b", "secret": "x"}',
            "/name",
            id="a colon",
        ),
        pytest.param(
            "POST",
            "subscribers",
            b'{"url": "http://127.0.0.1/", "scheme": "bearer", "secret": "a\\r\\nx: y"}',
            "/secret",
            id="a header in it",
        ),
        pytest.param(
            "POST",
            "subscribers",
            b'{"url": "http://127.0.0.1/", "knobs": {"drop": 2}}',
            "/knobs/drop",
            id="2 of 1",
        ),
        pytest.param("POST", "faults", b'{"kind": "fire"}', "/kind", id="no fault"),
        pytest.param(
            "POST", "faults", b'{"kind": "latency", "status": 500}', "/kind", id="a status of a delay"
        ),
        pytest.param("POST", "faults", b'{"kind": "html_502", "count": 0}', "/count", id="never"),
        pytest.param("POST", "faults", b'{"kind": "html_502", "operation": "x"}', None, id="no operation"),
        pytest.param("POST", "guests/111111112/codes", b'{"code": "x"}', "", id="a code without terms"),
        pytest.param(
            "POST",
            "guests/111111112/rewards",
            b'{"reward_id": 5, "name": "x", "discount_cents": 1, "expires_at": "9999-12-31T23:59:59-23:00"}',
            "/expires_at",
            id="ends beyond the calendar",
        ),
        pytest.param("PUT", "guests/111111112", b'{"first_name": "a\\u0000"}', None, id="NUL"),
    ],
)
def test_a_body_that_does_not_fit(
    caller: Caller, method: str, path: str, content: bytes, pointer: str | None
) -> None:
    before = caller.guest(GRACE), caller.client.get("/_sandbox/clock").json()
    response = caller.client.request(method, f"/_sandbox/{path}", content=content)
    assert response.status_code == 400, response.text
    assert response.json().get("pointer") == pointer
    assert (caller.guest(GRACE), caller.client.get("/_sandbox/clock").json()) == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 900 + b"]" * 900])
@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "business"), ("PUT", "clock"), ("POST", "faults"), ("POST", "subscribers")]
)
def test_what_is_no_document(caller: Caller, method: str, path: str, content: bytes) -> None:
    assert caller.client.request(method, f"/_sandbox/{path}", content=content).status_code == 400


def test_a_body_that_may_be_left_out_must_still_be_one(caller: Caller) -> None:
    assert caller.client.post("/_sandbox/clock/freeze", content=b"{").status_code == 400
    assert caller.client.post("/_sandbox/clock/freeze").status_code == 200
    assert caller.client.post("/_sandbox/clock/run").status_code == 200


def test_a_backslash_before_u0000_is_no_nul(caller: Caller) -> None:
    content = b'{"first_name": "a\\\\u0000"}'
    response = caller.client.put(f"/_sandbox/guests/{ADA}", content=content)
    assert response.json()["first_name"] == "a\\u0000"
