"""Subscription codes over the ASGI app: seven digits, ten minutes, honoured once, whoever comes first."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from sandbox.calling import ADA, GRACE, HEDY, LINES, RECEIPT, Caller, Clock

from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.contract import load
from punchh_contract.sandbox import running


def test_it_is_honoured_once(sandbox: Caller) -> None:
    issued = sandbox.code("900699").json()
    assert re.fullmatch("[0-9]{7}", issued["redemption_tracking_code"])
    assert (issued["created_at"], issued["expiring_at"]) == ("2026-03-02T18:05:01Z", "2026-03-02T18:15:01Z")
    assert sandbox.guest(ADA)["subscriptions"][0]["uses"] == 0
    code = {"redemption_code": issued["redemption_tracking_code"]}
    first = sandbox.online("redemption_code", **code)
    assert first.json()["redemption_id"] == issued["redemption_id"]
    assert sandbox.online("redemption_code", **code).json()["category"] == "processed"
    guest = sandbox.guest(ADA)
    assert guest["subscriptions"][0]["uses"] == 1
    assert [each["status"] for each in guest["redemptions"]] == ["honoured"]


@pytest.mark.parametrize(
    ("seconds", "category"),
    [pytest.param(599, "redeemable", id="alive"), pytest.param(600, "expired", id="dead")],
)
def test_it_lives_ten_minutes(sandbox: Caller, clock: Clock, seconds: int, category: str) -> None:
    code = sandbox.code("900699").json()["redemption_tracking_code"]
    clock.advance(seconds=seconds)
    answer = sandbox.online("redemption_code", redemption_code=code).json()
    assert answer["category"] == category
    assert (answer["status"] == "this code has been expired") == (category == "expired")


def test_codes_are_unique_and_none_that_somebody_has(sandbox: Caller) -> None:
    coming = sandbox.code("900699").json()["redemption_tracking_code"]
    assert sandbox.client.post("/_sandbox/reset").is_success
    own = {"code": coming, "name": "Mine already", "discount_cents": 100}
    assert sandbox.put(GRACE, codes=[own]).status_code == 200
    codes = [sandbox.code("900699").json()["redemption_tracking_code"] for _ in range(100)]
    assert len({*codes, coming}) == 101


def test_another_guest_cannot_use_it(sandbox: Caller) -> None:
    code = sandbox.code("900699").json()["redemption_tracking_code"]
    stolen = sandbox.online("redemption_code", sandbox.as_guest("grace"), redemption_code=code)
    assert stolen.status_code == 422
    assert sandbox.online("redemption_code", redemption_code=code).json()["category"] == "redeemable"


@pytest.mark.parametrize(
    "subscription_id",
    [
        pytest.param("498701", id="used up"),
        pytest.param("498702", id="ended"),
        pytest.param("498703", id="cancelled"),
        pytest.param("498704", id="not begun"),
        pytest.param("498800", id="another guest's"),
        pytest.param("1", id="none"),
        pytest.param("x", id="no number"),
        pytest.param("0900699", id="a leading zero"),
        pytest.param("٩٠٠٦٩٩", id="other digits"),
        pytest.param(str(2**63), id="beyond 64 bits"),
    ],
)
def test_there_is_none_for_a_subscription_that_cannot_be_used(sandbox: Caller, subscription_id: str) -> None:
    response = sandbox.code(subscription_id)
    assert (response.status_code, response.json()) == (422, {"error": "Invalid User Subscription"})
    assert sandbox.events() == []


def test_there_is_none_where_redemptions_are_switched_off(sandbox: Caller) -> None:
    sandbox.switch(redemptions_enabled=False)
    answer = sandbox.code("900699")
    assert (answer.status_code, "disabled_feature" in answer.json()["errors"]) == (422, True)


def test_a_plan_counts_uses_when_they_are_honoured(sandbox: Caller) -> None:
    hedy = sandbox.as_guest("hedy")
    codes = [sandbox.code("498900", hedy).json()["redemption_tracking_code"] for _ in range(3)]
    answers = [sandbox.online("redemption_code", hedy, redemption_code=each).json() for each in codes]
    assert [each["category"] for each in answers] == ["redeemable", "invalid", "invalid"]
    assert answers[1]["status"] == "Not enough points to redeem"
    assert sandbox.guest(HEDY)["subscriptions"][0]["uses"] == 2
    assert sandbox.code("498900", hedy).status_code == 422
    without = sandbox.online("subscription", hedy, subscription_id="498900").json()
    assert without["status"] == "Not enough points to redeem"


@pytest.mark.parametrize(
    ("change", "category"),
    [
        pytest.param({"cancelled": True}, "expired", id="cancelled"),
        pytest.param({"expires_at": "2026-03-02T18:05:02Z"}, "expired", id="ended"),
    ],
)
def test_a_code_is_worth_nothing_once_its_subscription_is_not(
    sandbox: Caller, clock: Clock, change: dict[str, Any], category: str
) -> None:
    code = sandbox.code("900699").json()["redemption_tracking_code"]
    first, *others = sandbox.guest(ADA)["subscriptions"]
    assert sandbox.put(ADA, subscriptions=[first | change, *others]).status_code == 200
    clock.advance(seconds=2)
    assert sandbox.online("redemption_code", redemption_code=code).json()["category"] == category


def test_a_subscription_of_tomorrow_is_told_its_day_in_a_basket_too(sandbox: Caller) -> None:
    later = {"subscription_id": 77, "plan_id": 44, "starts_at": "2026-03-09T00:00:00Z"}
    item = {"item_id": 9, "discount_type": "subscription", "discount_id": "77"}
    assert sandbox.put(GRACE, subscriptions=[later], basket=[item]).status_code == 200
    text = "The reward you wish to redeem will be available on March 9."
    answer = sandbox.online("subscription", sandbox.as_guest("grace"), subscription_id="77")
    assert (answer.status_code, answer.json()["status"]) == (200, text)
    assert [each["message"] for each in sandbox.batch(GRACE).json()["failures"]] == [[text]]
    assert sandbox.code("77", sandbox.as_guest("grace")).status_code == 422


def test_a_basket_honours_it_too(sandbox: Caller) -> None:
    issued = sandbox.code("900699").json()
    code = issued["redemption_tracking_code"]
    item = {"item_id": 9, "discount_type": "redemption_code", "discount_id": code}
    assert sandbox.put(ADA, basket=[item]).status_code == 200
    body = sandbox.batch(ADA).json()
    assert [each["discount_amount"] for each in body["success"]] == [3]
    assert body["success"][0]["redemption_id"] == issued["redemption_id"]
    assert sandbox.online("redemption_code", redemption_code=code).json()["category"] == "processed"


@pytest.mark.parametrize(
    ("language", "name", "description"),
    [
        pytest.param("es", "Club del café", "Un café inventado tras otro.", id="translated"),
        pytest.param("fr-CA", "Club du café", "One invented coffee after another.", id="half translated"),
        pytest.param("de", "Coffee Club", "One invented coffee after another.", id="not translated"),
    ],
)
def test_names_are_in_the_language_asked_for(
    sandbox: Caller, language: str, name: str, description: str
) -> None:
    body = sandbox.code("900699", Accept_Language=language).json()
    assert (body["subscription_plan_name"], body["redeemable_name"]) == (name, name)
    assert body["subscription_plan_description"] == description


@pytest.mark.parametrize(
    ("zone", "created", "expiring"),
    [
        pytest.param("America/Chicago", "2026-03-02T12:05:01-06:00", "2026-03-02T12:15:01-06:00", id="IANA"),
        pytest.param(
            "Asia/Kolkata", "2026-03-02T23:35:01+05:30", "2026-03-02T23:45:01+05:30", id="half an hour"
        ),
        *(
            pytest.param(zone, "2026-03-02T18:05:01Z", "2026-03-02T18:15:01Z", id=f"UTC for {zone[:9]!r}")
            for zone in (
                "Etc/UTC",
                "UTC",
                "",
                "No/Such",
                "America",
                "../../etc/passwd",
                "/etc/passwd",
                "x" * 5000,
            )
        ),
    ],
)
def test_times_are_in_the_zone_asked_for(sandbox: Caller, zone: str, created: str, expiring: str) -> None:
    body = sandbox.code("900699", Accept_Timezone=zone).json()
    assert (body["created_at"], body["updated_at"], body["expiring_at"]) == (created, created, expiring)


def test_of_two_tills_that_race_one_gets_it() -> None:
    with running(clock="2026-03-02T18:05:01Z") as sandbox:
        auth = PunchhAuth(Credentials.from_mapping(sandbox.credentials))
        client = {"client": sandbox.credentials["PUNCHH_CLIENT"]}
        paths = {each.id: each.path for each in load().operations.values()}
        receipt = {name: value for name, value in RECEIPT.items() if name != "store_number"}

        async def race() -> None:
            async with httpx.AsyncClient(base_url=sandbox.url, auth=auth) as caller:

                async def post(operation: str, body: dict[str, Any]) -> Any:
                    return (await caller.post(paths[operation], json=body)).json()

                for turn in range(10):
                    subscription = {**client, "subscription_id": "900699"}
                    issued = await post("create_subscription_redemption_code", subscription)
                    code = issued["redemption_tracking_code"]
                    item = {"item_id": turn + 1, "discount_type": "redemption_code", "discount_id": code}
                    await caller.put(f"/_sandbox/guests/{ADA}", json={"basket": [item]})
                    order = {**client, **RECEIPT, "discount_type": "redemption_code", "redemption_code": code}
                    online, batch = await asyncio.gather(
                        post("create_online_redemption", order),
                        post("process_batch_redemption", {"user_id": ADA, **receipt, "line_items": LINES}),
                    )
                    won = (online["category"] == "redeemable") + len(batch["success"])
                    assert (won, online["category"] in ("redeemable", "processed")) == (1, True)

        asyncio.run(race())
        guest = httpx.get(f"{sandbox.url}/_sandbox/guests/{ADA}").json()
    assert guest["subscriptions"][0]["uses"] == 10
