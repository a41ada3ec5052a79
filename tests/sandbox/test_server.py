"""The sandbox on a socket: starts, stops, gives one redemption to fifty callers, repeats itself."""

import asyncio
import contextlib
import logging
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sandbox.calling import ADA, RECEIPT

from punchh_contract import receiver as receivers
from punchh_contract import sandbox as sandbox_package
from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.contract import load
from punchh_contract.errors import UsageError
from punchh_contract.receiver.app import create_receiver
from punchh_contract.receiver.delivery import Delivery
from punchh_contract.receiver.serving import bind as receiver_bind
from punchh_contract.receiver.serving import serving
from punchh_contract.sandbox import ControlError, Sandbox, running, seed, server
from punchh_contract.sandbox.app import create_app
from punchh_contract.sandbox.clock import read_clock
from punchh_contract.sandbox.store import database

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
    app = create_app(seed.load(), state=read_clock(CLOCK))
    with running(app=app) as sandbox:
        assert sandbox.control.health()["now"] == CLOCK
    assert app.state.log.requests == 0
    # It is its builder's: still open.
    assert app.state.store.now().isoformat() == "2026-03-02T18:05:01+00:00"


def test_a_file_goes_on_where_it_was_left(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/sandbox.db"
    with running(clock=CLOCK, db=db) as sandbox, httpx.Client(auth=auth(sandbox)) as http:
        sandbox.control.put_guest(ADA, points=500)
        forced = {"user_id": ADA, "redemption": {"requested_punches": 7}}
        made = http.post(f"{sandbox.url}/api2/dashboard/redemptions/force_redeem", json=forced).json()
    with running(db=db) as sandbox:
        assert sandbox.control.guest(ADA)["points"] == 493
        assert [each["redemption_id"] for each in sandbox.control.redemptions()] == [made["redemption_id"]]
        assert sandbox.control.clock() == {"now": CLOCK, "clock": "frozen"}
    with running(db=db, clock="2026-04-01T00:00:00Z") as sandbox:
        assert sandbox.control.clock()["now"] == "2026-04-01T00:00:00Z"


def other_seed(folder: Path) -> Path:
    """The sandbox's world under another client key."""
    world = yaml.safe_load(Path(seed.__file__).with_name("seed.yaml").read_bytes())
    world["business"]["client"] = "another-client-not-a-real-one"
    file = folder / "seed.yaml"
    file.write_text(yaml.safe_dump(world))
    return file


def test_a_file_brings_its_own_keys(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/sandbox.db"
    with running(seed=other_seed(tmp_path), db=db):
        pass
    with running(db=db) as sandbox:
        assert sandbox.credentials["PUNCHH_CLIENT"] == "another-client-not-a-real-one"


def test_a_file_made_from_another_seed_is_refused(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/sandbox.db"
    with running(db=db):
        pass
    with pytest.raises(UsageError, match="another seed"), running(db=db, seed=other_seed(tmp_path)):
        pass


@pytest.mark.parametrize("db", ["mysql://x/y", "nonsense", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_is_none_is_the_users_mistake(db: str) -> None:
    with pytest.raises(UsageError, match="--db"), running(db=db):
        pass


def test_events_go_out_while_it_runs() -> None:
    received: list[Delivery] = []
    receiver = create_receiver(received.append, receivers.Credentials(), scheme="none", strict=True)
    with (
        serving(receiver, receiver_bind("127.0.0.1", 0)) as url,
        running(clock=CLOCK) as sandbox,
        httpx.Client(auth=auth(sandbox)) as http,
    ):
        control = sandbox.control
        control.activate(control.add_subscriber(url)["subscriber_id"])
        forced = {"user_id": ADA, "redemption": {"requested_punches": 1}}
        http.post(f"{sandbox.url}/api2/dashboard/redemptions/force_redeem", json=forced)
        control.advance(0)
        (delivery,) = [each for each in received if each.method == "POST"]
        assert (delivery.gist.redemption_status, delivery.fine) == ("force_redeemed", True)
        assert [each["state"] for each in control.deliveries()] == ["delivered"]


@pytest.mark.parametrize("allowed", [(), ("hooks.example.com",)], ids=["loopback", "a host that is named"])
def test_deliveries_leave_this_machine_only_with_leave(allowed: tuple[str, ...]) -> None:
    with running(clock=CLOCK, deliver_to=allowed) as sandbox:
        asked = sandbox.control.add_subscriber
        if allowed:
            assert asked("https://hooks.example.com/x")["state"] == "pending"
        with pytest.raises(ControlError, match="this machine"):
            asked("https://other.example.com/x")


@pytest.mark.parametrize("host", ["http://hooks.example.com/", "hooks.example.com:8080", "", "a b"])
def test_what_is_no_host_is_no_leave(host: str) -> None:
    with pytest.raises(UsageError, match="no host by itself"), running(deliver_to=(host,)):
        pass


def test_a_file_that_another_program_holds_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    file = tmp_path / "sandbox.db"
    with running(clock=CLOCK, db=f"sqlite:///{file}") as sandbox:
        before = guest(sandbox)["points"]
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            body = {"user_id": ADA, "redemption": {"requested_punches": 1}}
            force = load().operation("force_redeem").path
            answer = httpx.post(sandbox.url + force, json=body, auth=auth(sandbox))
        assert (answer.status_code, list(answer.json())) == (503, ["error"])
        assert sandbox.control.health()["contract_breaks"] == 0
        assert httpx.post(sandbox.url + force, json=body, auth=auth(sandbox)).status_code == 201
        assert [each["status"] for each in sandbox.control.log()] == [503, 201]
        assert guest(sandbox)["points"] == before - 1
    assert "Traceback" not in caplog.text


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


@pytest.mark.parametrize("held", ["long poll", "latency"])
def test_the_end_waits_for_nobody_and_says_nothing(held: str, caplog: pytest.LogCaptureFixture) -> None:
    """uvicorn's own way out takes seconds and logs what it cancels."""
    caught: list[type[BaseException]] = []

    def ask(url: str) -> None:
        path = "/_sandbox/log?since=0&wait=30" if held == "long poll" else ONLINE
        try:
            httpx.request("GET" if held == "long poll" else "POST", url + path, timeout=60)
        except httpx.TransportError as error:
            caught.append(type(error))

    with caplog.at_level(logging.DEBUG), running(clock=CLOCK) as sandbox:
        sandbox.control.add_fault("latency", "create_online_redemption", seconds=30)
        thread = threading.Thread(target=ask, args=(sandbox.url,))
        thread.start()
        if held == "long poll":
            while not sandbox.app.state.log._waiting:
                time.sleep(0.005)
        else:
            while not sandbox.control.faults()[0]["struck"]:
                time.sleep(0.005)
    thread.join(60)
    assert caught == [httpx.RemoteProtocolError]
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


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
        server.build(clock=text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "9999-01-01T00:00:00Z"])
def test_a_clock_at_the_end_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="9998"):
        server.build(clock=text)


def test_the_latest_clock_works() -> None:
    with running(clock="9998-12-30T23:59:59Z") as sandbox, httpx.Client(auth=auth(sandbox)) as http:
        forced = {"user_id": ADA, "redemption": {"requested_punches": 1}}
        assert http.post(f"{sandbox.url}/api2/dashboard/redemptions/force_redeem", json=forced).is_success


@pytest.mark.parametrize("text", ["2026-03-02T18:05:01Z", "2026-03-02T20:05:01+02:00", "2026-03-02T18:05:01"])
def test_a_frozen_clock_knows_offsets(text: str) -> None:
    store = server.build(clock=text).state.store
    assert store.now().isoformat() == "2026-03-02T18:05:01+00:00"
    store.close()


SNIPPET = """
import asyncio

import httpx

from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.sandbox import create_app


async def main() -> None:
    app = create_app()
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),  # only for deliveries, which are sent while it lives
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        keys = (await client.get("/_sandbox/credentials")).json()
        taken = {"user_id": 111111112, "redemption": {"requested_punches": 3}}
        auth = PunchhAuth(Credentials.from_mapping(keys))
        await client.post("/api2/dashboard/redemptions/force_redeem", json=taken, auth=auth)
        print((await client.get("/_sandbox/guests/111111112")).json()["points"])


asyncio.run(main())
"""


def test_the_application_answers_in_process() -> None:
    command = [sys.executable, "-W", "error", "-c", SNIPPET]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("247\n", "")


def test_names_of_the_package_are_there_when_asked_for() -> None:
    assert {name for name in sandbox_package.__all__ if not hasattr(sandbox_package, name)} == set()
    with pytest.raises(AttributeError, match="nothing_such"):
        sandbox_package.nothing_such  # noqa: B018  # looked up, that is all
