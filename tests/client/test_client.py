"""`PunchhClient` at the level of its promise: against the sandbox, and against servers that misbehave."""

import copy
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from client.conftest import fixture
from punchh_client.models import ForceRedeemRequest, SubscriptionRedemptionRequest

from punchh_contract import PunchhClient
from punchh_contract import client as client_room
from punchh_contract.client import (
    AuthenticationError,
    BatchResult,
    BulkMisuse,
    CodeResult,
    ForceResult,
    OnlineResult,
    OutcomeUnknown,
    RateLimitedError,
    SignatureError,
    UserAgent,
)
from punchh_contract.client.journal import Journal
from punchh_contract.client.options import Options
from punchh_contract.errors import UsageError
from punchh_contract.sandbox import Sandbox

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
HOST = "https://example.com"
ONLINE = "create_online_redemption"

Bodies = dict[str, dict[str, Any]]
Order = dict[str, Any]


# Against the sandbox


def test_the_four_operations_redeem(
    client: PunchhClient, order: Order, bodies: Bodies, punchh_sandbox: Sandbox
) -> None:
    online = client.create_online_redemption(order)
    assert type(online) is OnlineResult
    batch = client.process_batch_redemption(bodies["process_batch_redemption"])
    assert type(batch) is BatchResult
    forced = client.force_redeem(ForceRedeemRequest.from_dict(bodies["force_redeem"]))
    assert type(forced) is ForceResult
    plan = fixture(punchh_sandbox, "create_subscription_redemption_code", "subscription_id")
    code = client.create_subscription_redemption_code(SubscriptionRedemptionRequest("", plan).to_dict())
    assert type(code) is CodeResult
    assert online.committed
    assert batch.committed
    assert forced.committed
    assert code.committed
    assert online.redemption_id in [each["redemption_id"] for each in punchh_sandbox.control.redemptions()]


def test_a_minted_key_arrives_and_keeps_the_order_from_being_taken_twice(
    client: PunchhClient, order: Order, punchh_sandbox: Sandbox
) -> None:
    result = client.create_online_redemption(order)
    (made,) = punchh_sandbox.control.redemptions(external_uid=result.external_uid)
    assert made["redemption_id"] == result.redemption_id
    again = client.create_online_redemption({**order, "external_uid": result.external_uid})
    assert again.redemption_id == result.redemption_id


def test_a_refusal_is_a_result(client: PunchhClient, order: Order) -> None:
    assert client.create_online_redemption(order).committed
    second = client.create_online_redemption(order)
    assert second.refused
    assert not second.committed
    assert second.refusal is not None
    assert second.refusal.advice


def test_a_quote_commits_what_it_quoted(client: PunchhClient, order: Order, punchh_sandbox: Sandbox) -> None:
    quote = client.quote(order)
    order["receipt_amount"] = 1.0  # too late
    result = quote.commit()
    assert result.committed
    assert result.amount == quote.result.amount
    assert len(punchh_sandbox.control.redemptions(external_uid=quote.external_uid)) == 1


def test_a_wrong_secret_is_diagnosed(client: PunchhClient, order: Order) -> None:
    with pytest.raises(SignatureError) as caught:
        client.with_options(secret="another-invented-secret").create_online_redemption(order)
    assert caught.value.diagnosis is not None
    assert "another-invented-secret" not in str(caught.value)
    with pytest.raises(SignatureError) as caught:
        client.with_options(secret="another", doctor=False).create_online_redemption(order)
    assert caught.value.diagnosis is None


def test_a_token_is_asked_for_before_each_call(
    client: PunchhClient, order: Order, environ: dict[str, str]
) -> None:
    tokens = iter(["ended-long-ago", environ["PUNCHH_ACCESS_TOKEN"]])
    refreshed = client.with_options(access_token=lambda: next(tokens))
    with pytest.raises(AuthenticationError):
        refreshed.create_online_redemption(order)
    assert refreshed.create_online_redemption(order).committed


@pytest.mark.parametrize("kind", ["reply_lost", "truncated_json", "empty_body"])
def test_an_unknown_outcome_is_resolved_to_the_redemption_that_was_made(
    kind: str, client: PunchhClient, order: Order, punchh_sandbox: Sandbox
) -> None:
    punchh_sandbox.control.add_fault(kind, operation=ONLINE)
    with pytest.raises(OutcomeUnknown) as caught:
        client.create_online_redemption(order)
    with pytest.raises(UsageError, match="trust_external_uid"):
        caught.value.resolve()
    result = client.with_options(trust_external_uid=True).resolve(caught.value)
    assert result.committed
    (made,) = punchh_sandbox.control.redemptions(external_uid=caught.value.external_uid)
    assert made["redemption_id"] == result.redemption_id


def test_with_trust_it_is_resolved_by_itself(
    client: PunchhClient, order: Order, punchh_sandbox: Sandbox
) -> None:
    for _ in range(2):
        punchh_sandbox.control.add_fault("reply_lost", operation=ONLINE)
    result = client.with_options(trust_external_uid=True).create_online_redemption(order)
    assert result.committed
    assert result.attempts == 3
    assert len(punchh_sandbox.control.redemptions(external_uid=result.external_uid)) == 1


@pytest.mark.parametrize("operation", ["force_redeem", "create_subscription_redemption_code"])
def test_what_has_no_key_cannot_be_resolved(
    operation: str, client: PunchhClient, bodies: Bodies, punchh_sandbox: Sandbox
) -> None:
    punchh_sandbox.control.add_fault("reply_lost", operation=operation)
    body = bodies[operation]
    if "subscription_id" in body:
        body = {"subscription_id": fixture(punchh_sandbox, operation, "subscription_id")}
    trusting = client.with_options(trust_external_uid=True)
    with pytest.raises(OutcomeUnknown) as caught:
        getattr(trusting, operation)(body)
    for resolve in (caught.value.resolve, lambda: trusting.resolve(caught.value)):
        with pytest.raises(UsageError, match="without a key"):
            resolve()
    assert len(punchh_sandbox.control.log(operation=operation)) == 1


def test_a_rate_limit_of_the_server_is_told_with_its_wait(
    client: PunchhClient, bodies: Bodies, punchh_sandbox: Sandbox
) -> None:
    punchh_sandbox.control.add_fault("rate_limited", operation="force_redeem", seconds=42)
    with pytest.raises(RateLimitedError) as caught:
        client.force_redeem(bodies["force_redeem"])
    assert caught.value.retry_after == 42


def test_threads_share_a_client(client: PunchhClient, order: Order, punchh_sandbox: Sandbox) -> None:
    results: list[OnlineResult] = []
    body = {**order, "external_uid": "one-order-many-threads"}
    threads = [
        threading.Thread(target=lambda: results.append(client.create_online_redemption(body)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({each.redemption_id for each in results if each.committed}) == 1
    assert len(results) == 8
    assert len(punchh_sandbox.control.redemptions(external_uid="one-order-many-threads")) == 1


# The journal


def test_an_intent_is_on_disk_before_a_byte_is_sent_and_an_answer_after(
    tmp_path: Path, keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    path = tmp_path / "redemptions.db"
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        other = Journal(path, HOST)
        entry = other.entry(1)
        assert entry is not None
        seen.append((entry.state, entry.body == request.content, entry.external_uid))
        other.close()
        return httpx.Response(200, json=answers[ONLINE])

    with at(answer, keys, journal=path) as client:
        result = client.create_online_redemption(bodies[ONLINE])
        assert seen == [("pending", True, result.external_uid)]
        entry = Journal(path, HOST).entry(1)
        assert entry is not None
        assert (entry.state, entry.status) == ("answered", 200)
        assert client.recover() == []


@pytest.mark.parametrize(
    ("raised", "state"),
    [
        (httpx.ReadError("cut"), "pending"),
        (httpx.ConnectError("refused"), "failed"),
        (KeyboardInterrupt(), "pending"),
        (SystemExit(), "pending"),
    ],
    ids=["lost", "refused", "interrupted", "exited"],
)
def test_the_journal_tells_what_is_certain(
    raised: BaseException, state: str, tmp_path: Path, keys: dict[str, str], bodies: Bodies
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise raised

    path = tmp_path / "redemptions.db"
    with at(fail, keys, journal=path, max_retries=0) as client, pytest.raises(BaseException):  # noqa: B017, PT011
        client.force_redeem(bodies["force_redeem"])
    entry = Journal(path, HOST).entry(1)
    assert entry is not None
    assert entry.state == state


@pytest.mark.parametrize("status", [400, 401, 404, 422, 429])
def test_a_refusal_settles_the_entry(
    status: int, tmp_path: Path, keys: dict[str, str], bodies: Bodies
) -> None:
    path = tmp_path / "redemptions.db"
    with (
        at(lambda _: httpx.Response(status, json={"error": "no"}), keys, journal=path) as client,
        pytest.raises(Exception, match=str(status)),
    ):
        client.force_redeem(bodies["force_redeem"])
    entry = Journal(path, HOST).entry(1)
    assert entry is not None
    assert (entry.state, entry.status) == ("answered", status)


def test_a_dry_run_is_not_journaled(
    tmp_path: Path, keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    path = tmp_path / "redemptions.db"
    with at(lambda _: httpx.Response(200, json=answers[ONLINE]), keys, journal=path) as client:
        assert client.create_online_redemption({**bodies[ONLINE], "query": True}).quoted
    assert Journal(path, HOST).entry(1) is None


def test_what_is_resolved_is_settled(
    tmp_path: Path, client: PunchhClient, order: Order, punchh_sandbox: Sandbox
) -> None:
    path = tmp_path / "redemptions.db"
    journaled = client.with_options(journal=path)
    punchh_sandbox.control.add_fault("reply_lost", operation=ONLINE)
    with pytest.raises(OutcomeUnknown) as caught:
        journaled.create_online_redemption(order)
    journaled.with_options(trust_external_uid=True).resolve(caught.value)
    entry = Journal(path, punchh_sandbox.url).entry(1)
    assert entry is not None
    assert entry.state == "answered"
    journaled.close()


def test_what_a_client_left_open_another_recovers(
    tmp_path: Path, environ: dict[str, str], order: Order, bodies: Bodies, punchh_sandbox: Sandbox
) -> None:
    path = tmp_path / "redemptions.db"
    for kind in ("reply_lost", "connection_reset"):
        punchh_sandbox.control.add_fault(kind, operation=ONLINE)
    punchh_sandbox.control.add_fault("reply_lost", operation="force_redeem")
    with PunchhClient(environ=environ, journal=path) as first:
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                first.create_online_redemption({**order, "external_uid": "one-order"})
        with pytest.raises(OutcomeUnknown):
            first.force_redeem(bodies["force_redeem"])
    with PunchhClient(environ=environ, journal=path, trust_external_uid=True) as second:
        found = second.recover()
    assert [each.known for each in found] == [True, True, False]
    assert isinstance(found[2].error, OutcomeUnknown)
    assert len(punchh_sandbox.control.redemptions(external_uid="one-order")) == 1
    assert len(punchh_sandbox.control.log(operation="force_redeem")) == 1


def test_recovery_needs_a_journal(client: PunchhClient) -> None:
    with pytest.raises(UsageError, match="journal="):
        client.recover()


# What is decided before anything is sent


class Unreachable(httpx.BaseTransport):
    """Fails a test in which anything is sent."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"{request.url} was sent")


def at(
    answer: Callable[[httpx.Request], httpx.Response], keys: dict[str, str], **options: Any
) -> PunchhClient:
    return PunchhClient(
        environ={}, base_url=HOST, transport=httpx.MockTransport(answer), **{**keys, **options}
    )


@pytest.mark.parametrize(
    ("operation", "lacks", "names"),
    [
        (ONLINE, "secret", "PUNCHH_SECRET"),
        ("create_subscription_redemption_code", "access_token", "PUNCHH_ACCESS_TOKEN"),
        ("create_subscription_redemption_code", "secret", "PUNCHH_SECRET"),
        ("process_batch_redemption", "location_key", "PUNCHH_LOCATION_KEY"),
        ("process_batch_redemption", "business_key", "PUNCHH_BUSINESS_KEY"),
        ("force_redeem", "admin_key", "PUNCHH_ADMIN_KEY"),
        ("force_redeem", "user_agent", "PUNCHH_USER_AGENT"),
    ],
)
def test_a_credential_that_is_lacking_is_named_and_nothing_is_sent(
    operation: str, lacks: str, names: str, keys: dict[str, str], bodies: Bodies
) -> None:
    held = {name: value for name, value in keys.items() if name != lacks}
    with (
        PunchhClient(environ={}, base_url=HOST, transport=Unreachable(), **held) as client,
        pytest.raises(UsageError, match=names),
    ):
        getattr(client, operation)(bodies[operation])


@pytest.mark.parametrize(
    ("operation", "needs"),
    [
        (ONLINE, {"client", "secret", "access_token"}),
        ("process_batch_redemption", {"location_key", "business_key"}),
        ("force_redeem", {"admin_key"}),
        ("create_subscription_redemption_code", {"client", "secret", "access_token"}),
    ],
)
def test_only_the_credentials_of_the_operation_in_use_are_needed(
    operation: str, needs: set[str], keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    held = {name: keys[name] for name in needs | {"user_agent"}}
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(201 if operation == "force_redeem" else 200, json=answers[operation])

    with at(answer, held) as client:
        assert getattr(client, operation)(bodies[operation]).committed
    (request,) = sent
    others = {value for name, value in keys.items() if name not in held}
    raw = b"\n".join(value for _, value in request.headers.raw) + request.content
    assert not any(each.encode() in raw for each in others)


def test_an_advanced_authentication_sends_its_second_token(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=answers[ONLINE])

    with at(answer, keys, id_token=lambda: "invented-id-token") as client:
        client.create_online_redemption(bodies[ONLINE])
    assert sent[0].headers["id-token"] == "invented-id-token"
    asked = {"host", "content-length", "content-type", "accept", "user-agent", "authorization", "id-token"}
    assert set(sent[0].headers) == asked | {"x-pch-digest"}  # what is not asked for is rejected (HDR)


def test_a_family_with_a_client_of_its_own_signs_and_names_that_one(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    from punchh_contract.signing import verify

    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        operation = "create_subscription_redemption_code" if "api2" in str(request.url) else ONLINE
        return httpx.Response(200, json=answers[operation])

    own = {"mobile_client": "mobile-client", "mobile_secret": "mobile-secret"}
    with at(answer, keys, **own) as client:
        client.create_subscription_redemption_code({"subscription_id": "23"})
        order = {key: value for key, value in bodies[ONLINE].items() if key != "client"}
        client.create_online_redemption(order)
    mobile, online = sent
    digest = mobile.headers["x-pch-digest"]
    assert verify("sha256", "mobile-secret", mobile.url.path, mobile.content, digest)
    assert json.loads(mobile.content)["client"] == "mobile-client"
    assert verify("sha1", keys["secret"], online.url.path, online.content, online.headers["x-pch-digest"])
    assert json.loads(online.content)["client"] == keys["client"]


def test_each_family_hears_its_own_user_agent(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    heard = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request.headers["User-Agent"])
        return httpx.Response(201, json=answers["force_redeem"])

    agent = UserAgent("Vendor1", "1.0", "SystemIntegrator")
    with at(answer, {**keys, "user_agent": agent}) as client:  # type: ignore[dict-item]  # the keys are texts
        client.force_redeem(bodies["force_redeem"])
        with pytest.raises(UsageError, match="business and source"):
            client.create_online_redemption(bodies[ONLINE])
    assert heard == ["Vendor1/SystemIntegrator/1.0"]


def test_bulk_use_of_force_redeem_is_refused_until_it_is_named(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    from punchh_contract.client.budget import BULK

    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(201, json=answers["force_redeem"])

    with at(answer, keys) as client:
        for _ in range(BULK["force_redeem"]):
            client.force_redeem(bodies["force_redeem"])
        with pytest.raises(BulkMisuse, match="allow_bulk_force_redeem"):
            client.force_redeem(bodies["force_redeem"])
        with pytest.raises(BulkMisuse):  # a copy is no way around it
            client.with_options(timeout=5).force_redeem(bodies["force_redeem"])
        assert len(sent) == BULK["force_redeem"]
        assert (
            client.with_options(allow_bulk_force_redeem=True).force_redeem(bodies["force_redeem"]).committed
        )
        assert client.with_options(budget=False).force_redeem(bodies["force_redeem"]).committed
        assert client.forecast(1000).bulk
        with pytest.raises(UsageError, match="budget is off"):
            client.with_options(budget=False).forecast(5)


# The object itself


def test_a_copy_changes_nothing_of_its_original(keys: dict[str, str]) -> None:
    client = at(lambda _: httpx.Response(500), keys)
    before = repr(client)
    copied = client.with_options(timeout=1.0, max_retries=0)
    assert repr(client) == before
    assert "timeout=1.0" in repr(copied)
    with pytest.raises(UsageError, match="no such setting: speed"):
        client.with_options(speed=1)  # type: ignore[call-arg]  # the point
    with pytest.raises(UsageError, match="timeout"):
        client.with_options(timeout=0)


def test_closing_a_copy_leaves_the_original_open(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    client = at(lambda _: httpx.Response(201, json=answers["force_redeem"]), keys)
    with client.with_options(max_retries=0):
        pass
    assert client.force_redeem(bodies["force_redeem"]).committed
    client.close()
    with pytest.raises(UsageError, match="closed"):
        client.force_redeem(bodies["force_redeem"])


def test_an_unknown_outcome_goes_back_to_the_host_that_it_came_from(
    keys: dict[str, str], bodies: Bodies
) -> None:
    def lose(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut")

    with at(lose, keys) as client, pytest.raises(OutcomeUnknown) as caught:
        client.create_online_redemption(bodies[ONLINE])
    other = PunchhClient(
        environ={},
        base_url="https://elsewhere.example",
        trust_external_uid=True,
        transport=Unreachable(),
        **keys,
    )
    with pytest.raises(UsageError, match=r"went to https://example\.com"):
        other.resolve(caught.value)


def test_an_unknown_outcome_is_resolved_as_the_guest_who_asked(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    tokens = iter(["jane", "somebody-else", "jane-refreshed"])
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) == 1:
            raise httpx.ReadError("cut")
        return httpx.Response(200, json=answers[ONLINE])

    with at(answer, {**keys, "access_token": lambda: next(tokens)}) as client:  # type: ignore[dict-item]  # a function
        with pytest.raises(OutcomeUnknown) as caught:
            client.create_online_redemption(bodies[ONLINE])
        trusting = client.with_options(trust_external_uid=True)
        assert trusting.resolve(caught.value).committed
        assert next(tokens) == "somebody-else"
        trusting.resolve(caught.value, same_guest=True)
    said = [each.headers["Authorization"] for each in sent]
    assert said == ["Bearer jane", "Bearer jane", "Bearer jane-refreshed"]
    assert len({each.content for each in sent}) == 1


def test_a_pickled_error_has_no_client(keys: dict[str, str], bodies: Bodies) -> None:
    def lose(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut")

    with at(lose, keys, trust_external_uid=True, max_retries=0) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            client.create_online_redemption(bodies[ONLINE])
        travelled = copy.copy(caught.value)
        with pytest.raises(UsageError, match="without its client"):
            client.resolve(travelled)


def test_a_brought_client_or_transport_but_not_both(keys: dict[str, str]) -> None:
    with httpx.Client() as http, pytest.raises(UsageError, match="not both"):
        PunchhClient(environ={}, base_url=HOST, http_client=http, transport=Unreachable(), **keys)


def test_the_cookies_and_the_auth_of_a_brought_client_stay_out_of_it(
    keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(201, json=answers["force_redeem"], headers={"Set-Cookie": "sid=5; Path=/"})

    transport = httpx.MockTransport(answer)
    with httpx.Client(transport=transport, auth=("user", "word"), cookies={"a": "b"}) as http:
        client = PunchhClient(environ={}, base_url=HOST, http_client=http, **keys)
        for _ in range(2):
            client.force_redeem(bodies["force_redeem"])
    assert all("Cookie" not in each.headers for each in sent)
    assert {each.headers["Authorization"] for each in sent} == {f"Bearer {keys['admin_key']}"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_connections_of_its_own(environ: dict[str, str]) -> None:
    # In an interpreter of its own: this one has threads, with which a fork does not go well.
    program = """
import os, sys
from punchh_contract import PunchhClient
client = PunchhClient()
body = {"user_id": int(sys.argv[1]), "redemption": {"requested_punches": 1, "force_message": "x"}}
assert client.force_redeem(body).committed
child = os.fork()
for _ in range(3):
    assert client.force_redeem(body).committed
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
client.close()
os._exit(0)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, "111111111"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stderr == ""
    assert ran.returncode == 0


def test_importing_and_constructing_loads_no_contract_and_no_models() -> None:
    program = """
import sys
from punchh_contract import AsyncPunchhClient, PunchhClient
for kind in (PunchhClient, AsyncPunchhClient):
    kind(base_url="http://127.0.0.1:1", user_agent="Example/POS/1")
late = {"yaml", "punchh_client", "jsonschema_rs", "orjson", "sqlite3", "pyrate_limiter", "msgspec"}
print(sorted(late & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_an_unknown_option_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="speed"):
        PunchhClient(environ={}, base_url=HOST, speed=1)  # type: ignore[call-arg]  # the point


def test_recovery_speaks_for_the_guest_whom_it_asked_about(
    tmp_path: Path, keys: dict[str, str], bodies: Bodies, answers: dict[str, Any]
) -> None:
    path = tmp_path / "redemptions.db"
    tokens = iter(["jane", "jane", "somebody-else"])
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) == 1:
            raise httpx.ReadError("cut")
        return httpx.Response(200, json=answers[ONLINE])

    options = {**keys, "journal": path, "trust_external_uid": True, "max_retries": 0}
    with at(answer, {**options, "access_token": lambda: next(tokens)}) as client:  # type: ignore[dict-item]  # a function
        with pytest.raises(OutcomeUnknown):
            client.create_online_redemption(bodies[ONLINE])
        assert [each.known for each in client.recover()] == [True]
    assert [each.headers["Authorization"] for each in sent] == ["Bearer jane"] * 2


def test_a_time_of_a_call_that_is_no_number_is_named(keys: dict[str, str], bodies: Bodies) -> None:
    with (
        PunchhClient(environ={}, base_url=HOST, transport=Unreachable(), **keys) as client,
        pytest.raises(UsageError, match="timeout is a number"),
    ):
        client.force_redeem(bodies["force_redeem"], timeout="5")  # type: ignore[arg-type]  # the point


# The page


def test_the_python_of_the_page_runs_as_it_stands(environ: dict[str, str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", "".join(blocks)],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stderr == ""
    assert ran.stdout.startswith("redeemed ")


def test_the_page_knows_every_option_and_every_method() -> None:
    page = PAGE.read_text()
    table = page[page.index("## Configuration") :]
    assert [name for name in Options.__annotations__ if f"`{name}`" not in table] == []
    methods = {name for name in dir(PunchhClient) if not name.startswith("_")} - {"close", "with_options"}
    assert [name for name in methods if f"`{name}(" not in page] == []
    errors = {
        name for name in client_room.__all__ if name.endswith(("Error", "Failed", "Timeout", "Unknown"))
    }
    assert [name for name in errors - {"AnswerError"} if f"`{name}`" not in page] == []
