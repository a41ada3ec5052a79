"""`Control` has one method for each operation, sends what the document takes, tells what went wrong."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jsonschema_rs
import pytest

from punchh_contract.errors import PunchhContractError
from punchh_contract.sandbox import seed
from punchh_contract.sandbox.client import Control, ControlError

URL = "http://127.0.0.1:8787"
CONTENT_ID = "8a8c6b3e-5f0e-5b9b-9a43-6a6d0d3a1c11"
MOMENT = datetime(2026, 3, 2, 18, 5, 1, tzinfo=UTC)

CALLS: list[Callable[[Control], Any]] = [
    lambda control: control.health(),
    lambda control: control.credentials(),
    lambda control: control.fixtures(),
    lambda control: control.openapi(),
    lambda control: control.reset(),
    lambda control: control.snapshots(),
    lambda control: control.snapshot("before.lunch"),
    lambda control: control.restore("before.lunch"),
    lambda control: control.delete_snapshot("before.lunch"),
    lambda control: control.log(
        since=3, wait=2.5, operation="force_redeem", status=4, method="post", limit=5
    ),
    lambda control: control.guests(after=7, limit=2),
    lambda control: control.guest(7),
    lambda control: control.put_guest(7, points=5),
    lambda control: control.add_reward(7, reward_id=1, name="x", discount_cents=1),
    lambda control: control.add_subscription(7, subscription_id=1, plan_id=44),
    lambda control: control.add_code(7, code="x", name="x", discount_cents=1),
    lambda control: control.add_basket_item(7, item_id=1, discount_type="card_completion"),
    lambda control: control.unlock(7),
    lambda control: control.business(),
    lambda control: control.set_business(program="visits", locations={"401": True}, reward_locking=True),
    lambda control: control.redemptions(user_id=7, external_uid="x", status="honoured", after=1, limit=2),
    lambda control: control.redemption(7),
    lambda control: control.cancel(7),
    lambda control: control.expire(7),
    lambda control: control.transfer(7, 8),
    lambda control: control.clock(),
    lambda control: control.set_clock(MOMENT, frozen=True),
    lambda control: control.advance(timedelta(hours=2)),
    lambda control: control.freeze(MOMENT),
    lambda control: control.run_clock(),
    lambda control: control.events(since=1, wait=1, redemption_id=7, user_id=8, limit=2),
    lambda control: control.event(CONTENT_ID),
    lambda control: control.subscribers(),
    lambda control: control.add_subscriber(
        "http://127.0.0.1:9/", scheme="basic", name="x", secret="y", knobs={"drop": 0.5, "seed": 3}
    ),
    lambda control: control.subscriber(7),
    lambda control: control.change_subscriber(7, url="http://127.0.0.1:9/"),
    lambda control: control.delete_subscriber(7),
    lambda control: control.activate(7),
    lambda control: control.deliveries(
        subscriber_id=7, content_id=CONTENT_ID, state="failed", after=1, limit=2
    ),
    lambda control: control.redeliver(7),
    lambda control: control.faults(),
    lambda control: control.add_fault("latency", "force_redeem", seconds=0.5, count=None),
    lambda control: control.fault(7),
    lambda control: control.delete_fault(7),
    lambda control: control.clear_faults(),
]


def answering(status: int, **how: Any) -> Control:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, **how))
    return Control(URL, client=httpx.Client(transport=transport))


def test_every_operation_has_a_method_that_sends_what_the_document_takes() -> None:
    document = seed.control_document()
    patterns = {
        (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$")): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    called = []

    def answer(request: httpx.Request) -> httpx.Response:
        operation = next(
            each
            for (method, pattern), each in patterns.items()
            if method == request.method and pattern.match(request.url.path)
        )
        called.append(operation["operationId"])
        known = {
            (
                each
                if "name" in each
                else document["components"]["parameters"][each["$ref"].rpartition("/")[2]]
            )["name"]
            for each in operation.get("parameters", ())
        }
        assert set(request.url.params) == known, "the call above gives every parameter there is"
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            whole = {**schema, "components": document["components"]}
            jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(_json(request))
        else:
            assert request.content == b""
        return httpx.Response(204 if "204" in operation["responses"] else 200, json={})

    control = Control(URL + "/", client=httpx.Client(transport=httpx.MockTransport(answer)))
    for call in CALLS:
        call(control)

    assert sorted(called) == sorted(each["operationId"] for each in patterns.values())


def _json(request: httpx.Request) -> Any:
    return httpx.Response(200, content=request.content).json()


def test_a_problem_is_an_error_with_its_words() -> None:
    problem = {"error": "Bad Request: lacks name", "pointer": "/name"}
    with pytest.raises(ControlError, match=r"^Bad Request: lacks name \(/name\)$") as caught:
        answering(400, json=problem).add_code(1, code="x")
    assert (caught.value.status, caught.value.pointer) == (400, "/name")
    assert isinstance(caught.value, PunchhContractError)


@pytest.mark.parametrize(
    "control",
    [
        pytest.param(answering(502, text="<html>"), id="a page"),
        pytest.param(answering(404, json=["no"]), id="other JSON"),
        pytest.param(answering(200, text="<html>"), id="a page that says 200"),
    ],
)
def test_an_answer_of_somebody_else_is_said_to_be_one(control: Control) -> None:
    with pytest.raises(ControlError, match="is it a sandbox that listens there"):
        control.health()


def test_no_answer_names_the_address() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    control = Control(URL, client=httpx.Client(transport=httpx.MockTransport(refuse)))
    with pytest.raises(ControlError, match=r"^http://127\.0\.0\.1:8787/_sandbox does not answer") as caught:
        control.health()
    assert caught.value.status is None


@pytest.mark.parametrize("url", ["", "127.0.0.1:8787", "http://127.0.0.1:port"])
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with Control(url) as control, pytest.raises(ControlError):
        control.health()


def test_a_client_that_was_lent_stays_open() -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=[])))
    with Control(URL, client=client) as control:
        assert control.faults() == []
    assert not client.is_closed
    client.close()


def test_a_name_cannot_leave_its_place_in_the_path() -> None:
    seen: list[bytes] = []

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(204)

    Control(URL, client=httpx.Client(transport=httpx.MockTransport(keep))).delete_snapshot("a/../b?c")
    assert seen == [b"/_sandbox/snapshots/a%2F..%2Fb%3Fc"]
