"""The sandbox on a socket: starts, stops, gives one redemption to fifty callers, repeats itself."""

import asyncio
import socket
from typing import Any

import httpx
import pytest
from sandbox.calling import ADA, RECEIPT

from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.errors import UsageError
from punchh_contract.sandbox import Sandbox, running, seed, server
from punchh_contract.sandbox.app import create_app

CLOCK = "2026-03-02T18:05:01Z"
ONLINE = "/api/auth/redemptions/online_order"
PARALLEL = 50


def auth(sandbox: Sandbox) -> PunchhAuth:
    return PunchhAuth(Credentials.from_mapping(sandbox.credentials))


def order(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    return {"client": sandbox.credentials["PUNCHH_CLIENT"], **RECEIPT, **more}


async def at_once(sandbox: Sandbox, path: str, bodies: list[dict[str, Any]]) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=sandbox.url, auth=auth(sandbox)) as client:
        return await asyncio.gather(*(client.post(path, json=body) for body in bodies))


def guest(sandbox: Sandbox) -> dict[str, Any]:
    document: dict[str, Any] = httpx.get(f"{sandbox.url}/_sandbox/guests/{ADA}").json()
    return document


def test_fifty_tills_and_one_reward() -> None:
    with running(clock=CLOCK) as sandbox:
        one = order(sandbox, discount_type="reward", reward_id=70001)
        answers = asyncio.run(at_once(sandbox, ONLINE, [one] * PARALLEL))
        assert sorted(each.json()["category"] for each in answers) == ["processed"] * 49 + ["redeemable"]
        assert len(guest(sandbox)["redemptions"]) == 1


def test_fifty_times_one_external_uid() -> None:
    with running(clock=CLOCK) as sandbox:
        before = guest(sandbox)["points"]
        one = order(sandbox, discount_type="redeemable", redeemable_id="493", external_uid="order-1")
        answers = asyncio.run(at_once(sandbox, ONLINE, [one] * PARALLEL))
        assert len({each.content for each in answers}) == 1
        assert before - guest(sandbox)["points"] == 100


def test_fifty_tills_and_one_basket() -> None:
    with running(clock=CLOCK) as sandbox:
        lines = [
            {
                "item_name": "Pizza",
                "item_qty": 1,
                "amount": 30,
                "item_type": "M",
                "item_id": 331,
                "item_family": "10",
                "item_group": "gp",
            }
        ]
        one = {"user_id": ADA, **RECEIPT, "line_items": lines}
        answers = asyncio.run(at_once(sandbox, "/api/pos/batch_redemptions", [one] * PARALLEL))
        assert sorted(each.status_code for each in answers) == [200] + [422] * 49


def story(sandbox: Sandbox) -> list[tuple[int, bytes, str]]:
    """What a few calls answer, to the byte, with their request ids."""
    client = sandbox.credentials["PUNCHH_CLIENT"]
    calls: list[tuple[str, dict[str, Any]]] = [
        (ONLINE, order(sandbox, discount_type="reward", reward_id=70001)),
        ("/api2/mobile/redemptions/subscription", {"client": client, "subscription_id": "900699"}),
        (ONLINE, order(sandbox, discount_type="card_completion", query=True)),
        (
            "/api2/dashboard/redemptions/force_redeem",
            {"user_id": ADA, "redemption": {"requested_punches": 3}},
        ),
        (ONLINE, order(sandbox, discount_type="reward", reward_id=1)),
        ("/nowhere", {}),
        ("/api2/mobile/redemptions/subscription", {"client": client, "subscription_id": "900699"}),
    ]
    with httpx.Client(base_url=sandbox.url, auth=auth(sandbox)) as http:
        answers = [http.post(path, json=body) for path, body in calls]
        log = http.get("/_sandbox/log")
    return [
        *((each.status_code, each.content, each.headers["x-request-id"]) for each in answers),
        (log.status_code, log.content, ""),
    ]


def test_the_same_seed_and_clock_give_the_same_bytes() -> None:
    stories = []
    for _ in range(2):
        with running(clock=CLOCK) as sandbox:
            stories.append(story(sandbox))
    assert stories[0] == stories[1]
    assert [status for status, _, _ in stories[0]] == [200, 200, 200, 201, 422, 404, 200, 200]


def test_the_wall_clock_is_the_default() -> None:
    with running() as sandbox:
        health = httpx.get(f"{sandbox.url}/_sandbox/health").json()
    assert health["clock"] == "wall"


def test_an_application_with_a_clock_of_its_own_can_be_served() -> None:
    app = create_app(seed.load(), clock=server.clock_at(CLOCK), frozen=True)
    with running(app=app) as sandbox:
        assert httpx.get(f"{sandbox.url}/_sandbox/health").json()["now"] == CLOCK
    assert app.state.log.requests == 0


def test_afterwards_nobody_listens() -> None:
    with running(clock=CLOCK) as sandbox:
        url = sandbox.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_sandbox/health")


def test_a_failure_inside_still_stops_it() -> None:
    urls = []
    with pytest.raises(ZeroDivisionError), running(clock=CLOCK) as sandbox:
        raise ZeroDivisionError(urls.append(sandbox.url))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{urls[0]}/_sandbox/health")


def test_a_server_that_dies_at_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(self: object, sockets: object) -> None:
        raise OSError("no more sockets")

    monkeypatch.setattr("uvicorn.Server.run", dies)
    with pytest.raises(RuntimeError, match="did not start") as caught, running(clock=CLOCK):
        pass
    assert isinstance(caught.value.__cause__, OSError)


def test_a_port_that_is_taken_is_the_users_mistake() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}"), running(port=port):
            pass


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1", "::", "example.com", "", "127.0.0.1 "])  # noqa: S104  # must be refused
def test_only_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(UsageError, match="loopback"):
        server.bind(host, 0)


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "0001-01-01T00:00:00+23:00"])
def test_a_clock_that_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="ISO 8601"):
        server.clock_at(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "9999-01-01T00:00:00Z"])
def test_a_clock_at_the_end_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="9998"):
        server.clock_at(text)


def test_the_latest_clock_works() -> None:
    with running(clock="9998-12-30T23:59:59Z") as sandbox, httpx.Client(auth=auth(sandbox)) as http:
        forced = {"user_id": ADA, "redemption": {"requested_punches": 1}}
        assert http.post(f"{sandbox.url}/api2/dashboard/redemptions/force_redeem", json=forced).is_success


@pytest.mark.parametrize("text", ["2026-03-02T18:05:01Z", "2026-03-02T20:05:01+02:00", "2026-03-02T18:05:01"])
def test_a_frozen_clock_knows_offsets(text: str) -> None:
    assert server.clock_at(text)().isoformat() == "2026-03-02T18:05:01+00:00"
