"""Each generated operation sends what the contract documents, and hands back each answer in its own model."""

import asyncio
import importlib
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import httpx
import pytest
from punchh_client import Client, errors, models

from punchh_contract import contract
from punchh_contract.facts import Operation

CONTRACT = contract.load()
BASE = "http://sandbox.example.com"
AGENT = "ExampleIntegrator/POS/1.0.0"
# Python name and value of every header parameter that the contract has.
HEADERS = {
    "User-Agent": ("user_agent", AGENT),
    "Accept-Language": ("accept_language", "fr-ca"),
    "Accept-Timezone": ("accept_timezone", "America/Chicago"),
}
# A second, handwritten opinion on which model takes which discount type.
ONLINE = {
    "reward": models.OnlineRewardRequest,
    "card_completion": models.OnlineCardCompletionRequest,
    "redeemable": models.OnlineRedeemableRequest,
    "discount_amount": models.OnlineDiscountAmountRequest,
    "redemption_code": models.OnlineRedemptionCodeRequest,
    "subscription": models.OnlineSubscriptionRequest,
}
OTHERS = {
    "force_redeem": models.ForceRedeemRequest,
    "process_batch_redemption": models.BatchRedemptionRequest,
    "create_subscription_redemption_code": models.SubscriptionRedemptionRequest,
}


def module_of(operation: Operation) -> ModuleType:
    return importlib.import_module(
        f"punchh_client.api.{operation.tag.lower().replace(' ', '_')}.{operation.id}"
    )


def request_cases() -> list[Any]:
    cases = []
    for operation in CONTRACT.operations.values():
        node = CONTRACT.document["paths"][operation.path][operation.method.lower()]
        examples = node["requestBody"]["content"]["application/json"]["examples"]
        for name, example in examples.items():
            body = CONTRACT.resolve(example)["value"]
            cases.append(pytest.param(operation, body, id=f"{operation.id}-{name}"))
    return cases


def model_of(operation: Operation, body: Any) -> Any:
    model = OTHERS.get(operation.id) or ONLINE[body["discount_type"]]
    return model.from_dict(body)


def arguments(operation: Operation) -> dict[str, str]:
    return dict(HEADERS[each["name"]] for each in operation.parameters)


@pytest.mark.parametrize(("operation", "body"), request_cases())
def test_the_request_is_the_documented_one(operation: Operation, body: Any) -> None:
    sent = module_of(operation)._get_kwargs(body=model_of(operation, body), **arguments(operation))
    documented = {each["name"]: HEADERS[each["name"]][1] for each in operation.parameters}
    assert sent == {
        "method": operation.method.lower(),
        "url": operation.path,
        "json": body,
        "headers": {**documented, "Content-Type": "application/json"},
    }


@pytest.mark.parametrize("operation", CONTRACT.operations.values(), ids=CONTRACT.operations.keys())
def test_optional_headers_are_not_sent_unless_given(operation: Operation) -> None:
    body = next(each.values[1] for each in request_cases() if each.values[0] is operation)
    sent = module_of(operation)._get_kwargs(body=model_of(operation, body), user_agent=AGENT)
    assert sent["headers"] == {"User-Agent": AGENT, "Content-Type": "application/json"}
    assert [each["name"] for each in operation.parameters if each.get("required")] == ["User-Agent"]


def client_for(handler: Callable[[httpx.Request], httpx.Response]) -> Client:
    return Client(
        base_url=BASE,
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.MockTransport(handler)},
    )


def call(operation: Operation, client: Client, body: Any, *, mode: str) -> Any:
    module = module_of(operation)
    given = {"body": model_of(operation, body), **arguments(operation)}
    if mode == "sync":
        with client:
            return module.sync_detailed(client=client, **given)

    async def run() -> Any:
        async with client:
            return await module.asyncio_detailed(client=client, **given)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize(("operation", "body"), request_cases())
def test_a_success_goes_there_and_back(operation: Operation, body: Any, mode: str) -> None:
    node = CONTRACT.document["paths"][operation.path][operation.method.lower()]
    response = CONTRACT.resolve(node["responses"][str(operation.success.status)])
    example = next(iter(response["content"]["application/json"]["examples"].values()))
    answer = CONTRACT.resolve(example)["value"]
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(operation.success.status, json=answer)

    result = call(operation, client_for(handler), body, mode=mode)
    assert result.status_code == operation.success.status
    assert result.parsed.to_dict() == answer
    (request,) = seen
    assert (request.method, str(request.url)) == (operation.method, BASE + operation.path)
    assert json.loads(request.content) == body
    assert "Authorization" not in request.headers  # left to an auth; see prepare_contract
    for each in operation.parameters:
        assert request.headers[each["name"]] == HEADERS[each["name"]][1]


@pytest.mark.parametrize("operation", CONTRACT.operations.values(), ids=CONTRACT.operations.keys())
def test_a_status_that_is_not_documented_is_an_error(operation: Operation) -> None:
    body = next(each.values[1] for each in request_cases() if each.values[0] is operation)
    client = client_for(lambda request: httpx.Response(418, json={}))
    with pytest.raises(errors.UnexpectedStatus) as caught:
        call(operation, client, body, mode="sync")
    assert caught.value.status_code == 418


def test_the_client_signs_the_very_bytes_through_an_auth_of_httpx() -> None:
    """The handwritten half hangs its signing here."""

    class Stamp(httpx.Auth):
        requires_request_body = True

        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["x-pch-digest"] = f"{request.url.raw_path.decode()} {len(request.content)}"
            yield request

    operation = CONTRACT.operation("create_online_redemption")
    body = next(each.values[1] for each in request_cases() if each.values[0] is operation)
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(412, json=["Invalid Signature"])

    for mode in ("sync", "async"):
        client = Client(
            base_url=BASE, httpx_args={"auth": Stamp(), "transport": httpx.MockTransport(handler)}
        )
        assert call(operation, client, body, mode=mode).parsed == ["Invalid Signature"]
    for request in seen:
        assert request.headers["x-pch-digest"] == f"{operation.path} {len(request.content)}"
