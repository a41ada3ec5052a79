"""A replay sends what was sent, and says what is wrong now."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.verdict import replay, templates
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Severity
from punchh_contract.conformance.verdict.replay import Call, Replay
from punchh_contract.contract import Contract
from punchh_contract.errors import UsageError
from punchh_contract.signing import sign, verify

Exchanged = Callable[..., Exchange]
BODY = {"client": "planted-client/+'\"\\<&>x", "email": "pat.planted+1@example.com", "user_id": 55501234}
SECRET = "planted-online-secret"


def kept(exchange: Exchange, contract: Contract, check: str = "server_error") -> Replay:
    clause = "#/paths/~1api~1auth~1redemptions~1online_order/post/responses"
    finding = Finding(check, exchange.operation, clause, Severity.CRASH, "s", 503, exchange)
    written = Replay(finding, contract.version, contract.digest, "https://a.example")
    return replay.read(json.dumps(written.dump()), "r.json")


def test_the_same_request_leaves_again_and_is_judged(
    contract: Contract, credentials: Credentials, fixtures: Fixtures, exchanged: Exchanged
) -> None:
    again = kept(exchanged("create_online_redemption", BODY), contract)
    calls: list[Call] = []

    def send(call: Call) -> Answer:
        calls.append(call)
        return Answer(503, {}, b"")

    outcome = again.run(contract, credentials, fixtures, send)
    assert (outcome.status, outcome.reproduced) == (503, True)
    (call,) = calls
    assert call.body == templates.compact(BODY)
    assert (call.method, call.uri) == ("POST", "/api/auth/redemptions/online_order")
    assert call.headers["Authorization"] == "Bearer planted-access-token"
    assert verify("sha1", SECRET, call.uri, call.body, call.headers["x-pch-digest"])
    assert again.warnings(contract) == []
    assert "planted" not in repr(call)


def test_a_mended_target_reproduces_nothing(
    contract: Contract, credentials: Credentials, fixtures: Fixtures, exchanged: Exchanged
) -> None:
    again = kept(exchanged("create_online_redemption", BODY, statuses=(422,)), contract)
    good = Answer(422, {"Content-Type": "application/json"}, b'["text"]')
    outcome = again.run(contract, credentials, fixtures, lambda _: good)
    assert (outcome.findings, outcome.reproduced) == ([], False)


USED_UP = "what the request names may be used up"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("finding", "named", "status", "doubt"),
    [
        # An answer like the one that was wrong did not come.
        (("response_schema", "SHAPE", 200), "nothing", 422, USED_UP),
        (("response_schema", "SHAPE", 422), "an asset", 422, None),
        (("quote_committed", "SPEND", 200), "nothing", 422, USED_UP),
        # The status was wrong: only another can be right, unless what was named is a reason of its own.
        (("server_error", "CRASH", 503), "nothing", 422, None),
        (("server_error", "CRASH", 503), "an asset", 422, USED_UP),
        (("server_error", "CRASH", 503), "a guest", 422, USED_UP),
        (("server_error", "CRASH", 503), "a code", 422, USED_UP),
        (("accepted_invalid", "SPEND", 200), "an asset", 400, None),
        (("accepted_invalid", "SPEND", 200), "an asset", 422, USED_UP),
        (("response_schema", "STATUS", 200), "nothing", 422, None),
        (("no_answer", "LOSS", None), "nothing", 422, None),
        (("no_answer", "LOSS", None), "an asset", 422, USED_UP),
        # Refused at the door, it was not looked at.
        (("server_error", "CRASH", 503), "nothing", 401, "what it was sent with may be wrong"),
        (("quote_changed", "SPEND", 422), "nothing", 422, "has to be asked for twice"),
    ],
)
def test_an_answer_that_says_nothing_about_the_finding_is_in_doubt(
    contract: Contract,
    credentials: Credentials,
    fixtures: Fixtures,
    exchanged: Exchanged,
    finding: tuple[str, str, int | None],
    named: str,
    status: int,
    doubt: str | None,
) -> None:
    body = {
        "nothing": {"reward_id": 9223372036854775807},
        "an asset": {"reward_id": 70001},
        "a guest": {"email": "pat.planted+1@example.com"},
        "a code": {"redemption_code": "HANDED-OUT-CODE"},
    }[named]
    check, severity, was = finding
    exchange = exchanged("create_online_redemption", body, statuses=(400, 401, 422))
    again = Replay(
        Finding(check, exchange.operation, "#/x", Severity[severity], "s", was, exchange), "1", "", ""
    )
    if named == "a code":  # which is not sent from here at all
        outcome_doubt = again._doubt(status)
    else:
        refusal = next(
            fact.example
            for (code, _), fact in contract.operation(exchange.operation).errors.items()
            if code == status
        )
        good = Answer(status, JSON, json.dumps(refusal).encode())
        outcome = again.run(contract, credentials, fixtures, lambda _: good)
        assert (outcome.findings, outcome.reproduced) == ([], False)
        outcome_doubt = outcome.doubt

    if doubt is None:
        assert outcome_doubt is None
    else:
        assert outcome_doubt
        assert doubt in outcome_doubt
        if doubt == USED_UP:
            assert outcome_doubt == f"answered {status}, the finding was of {was or 'no answer'}; {USED_UP}"


@pytest.mark.parametrize(
    ("probe", "drop", "statuses", "body"),
    [
        ("no digest", ("x-pch-digest",), (412,), {"reward_id": 70001}),
        (None, ("User-Agent",), (400, 401, 422), {"reward_id": 70001}),
    ],
)
def test_a_fault_that_is_refused_at_the_door_is_mended(
    contract: Contract,
    credentials: Credentials,
    fixtures: Fixtures,
    exchanged: Exchanged,
    probe: str | None,
    drop: tuple[str, ...],
    statuses: tuple[int, ...],
    body: Any,
) -> None:
    operation = contract.operation("create_online_redemption")
    exchange = exchanged(operation.id, body, statuses=statuses, drop=drop, probe=probe)
    found = Finding("x", operation.id, "#/x", Severity.SPEND, "s", 200, exchange)
    status = 412 if probe else 401
    refusal = next(fact.example for (code, _), fact in operation.errors.items() if code == status)
    good = Answer(status, JSON, json.dumps(refusal).encode())
    outcome = Replay(found, "1", "", "").run(contract, credentials, fixtures, lambda _: good)
    assert (outcome.findings, outcome.doubt) == ([], None)


def test_a_probe_is_sent_with_its_fault(
    contract: Contract, credentials: Credentials, fixtures: Fixtures, exchanged: Exchanged
) -> None:
    operation = contract.operation("create_online_redemption")
    content = templates.compact(BODY)
    uri = f"{operation.path}?added=1"
    cases: list[tuple[str | None, str]] = [
        (None, sign("sha256", SECRET, operation.path, content)),
        (uri, sign("sha1", SECRET, operation.path, content)),
        (uri, sign("sha1", SECRET, uri, content)),
    ]
    for sent_to, digest in cases:
        exchange = exchanged(operation.id, BODY, uri=sent_to, add={"x-pch-digest": digest})
        call = kept(exchange, contract).call(contract, credentials, fixtures)
        assert call.headers["x-pch-digest"] == digest
    wrong = exchanged(operation.id, BODY, add={"x-pch-digest": "0" * 40})
    call = kept(wrong, contract).call(contract, credentials, fixtures)
    assert not verify("sha1", SECRET, operation.path, call.body, call.headers["x-pch-digest"])
    none = exchanged(operation.id, BODY, drop=("x-pch-digest",))
    assert (
        "x-pch-digest"
        not in kept(none, contract)
        .call(
            contract,
            Credentials(client=credentials.client, access_token="a", id_token="i", user_agent="u"),
            fixtures,
        )
        .headers
    )


def test_all_that_is_lacking_is_named(contract: Contract, exchanged: Exchanged) -> None:
    body = {**BODY, "redemption_code": "HANDED-OUT-CODE"}
    again = kept(exchanged("create_online_redemption", body), contract)
    with pytest.raises(UsageError) as error:
        again.call(contract, Credentials(), Fixtures())
    for name in (
        "PUNCHH_CLIENT",
        "PUNCHH_ONLINE_SECRET",
        "PUNCHH_ACCESS_TOKEN",
        "value 1 of `email` of create_online_redemption in --fixtures",
        "earlier answer",
    ):
        assert name in str(error.value)


def test_another_contract_is_a_warning(contract: Contract, exchanged: Exchanged) -> None:
    again = dataclasses.replace(kept(exchanged("force_redeem", {}), contract), contract_digest="0" * 64)
    assert "another contract" in again.warnings(contract)[0]


@pytest.mark.parametrize(
    "text", ["{", "[" * 10**5, "[]", "{}", '{"format": 1}', '{"format": 1, "finding": {"exchange": null}}']
)
def test_a_wrong_file_is_the_users_to_mend(text: str) -> None:
    with pytest.raises(UsageError, match=r"r\.json"):
        replay.read(text, "r.json")


def test_a_replay_of_a_goal_is_none(contract: Contract) -> None:
    finding = Finding("goal:x", "force_redeem", "#/x", Severity.GOAL, "s")
    text: Any = json.dumps(Replay(finding, "", "", "").dump())
    with pytest.raises(UsageError):
        replay.read(text, "r.json")
