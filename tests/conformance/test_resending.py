"""A finding is sent again under the rules of a run, and judged anew."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests
from conformance import foreign
from conformance.foreign import FORCE, MOBILE
from conformance.proxies import Answer, Request

from punchh_contract.auth import Credentials, PunchhRequestsAuth
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.hooks import OWN_CHECK, Run, answer_of
from punchh_contract.conformance.probes import Call, Probe, probes_of
from punchh_contract.conformance.resending import resend
from punchh_contract.conformance.runner import RunError
from punchh_contract.conformance.verdict import exchanges, judging
from punchh_contract.conformance.verdict.answers import Answer as Judged
from punchh_contract.conformance.verdict.findings import Finding, Severity
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.replay import Replay, read
from punchh_contract.contract import Operation, load
from punchh_contract.errors import PunchhContractError, UsageError

BODY = {"subscription_id": "900699"}
Record = Callable[..., Replay]


@pytest.fixture(scope="module")
def shared() -> Iterator[foreign.Place]:
    with foreign.place() as place:
        yield place


@pytest.fixture
def place(shared: foreign.Place) -> foreign.Place:
    shared.reset()
    return shared


def broken(_: Request, answer: Answer) -> Answer:
    """The redemption of a right answer gets an id of another type."""
    return answer.but_json({**answer.json, "redemption_id": "text"}) if answer.status < 300 else answer


def accepted(_: Request, answer: Answer) -> Answer:
    """Nobody is refused for a credential."""
    return answer.but(status=201, body=b'{"redemption_id":1}') if answer.status == 401 else answer


@pytest.fixture
def record(place: foreign.Place, make_foreign_job: Any) -> Record:
    """Find something on a target that a plant makes wrong, and give what stands in its file."""

    def replay(operation_id: str = MOBILE, body: Any = BODY) -> Replay:
        place.proxy.plant = broken
        run = Run(make_foreign_job(place, fixtures=foreign.spending(place.fixtures)), load())
        operation = load().operation(operation_id)
        if operation_id == MOBILE:
            body = {"client": place.credentials["PUNCHH_CLIENT"], **body}
        response = run.send(operation, body)
        exchange = run.exchange(operation, response.request, "fuzzing", (response.status_code,))
        (finding,) = judging.judge(load(), exchange, body, answer_of(response))
        place.reset()
        text = json.dumps(Replay(finding, load().version, load().digest, place.proxy.url).dump())
        assert place.credentials["PUNCHH_CLIENT"] not in text
        return read(text, "finding.json")

    return replay


@pytest.fixture
def again(place: foreign.Place, make_foreign_job: Any) -> Any:
    """The job that sends it again: of a later run, with the same fixtures."""
    return make_foreign_job(place, MOBILE, fixtures=foreign.spending(place.fixtures), run_id="later")


def test_what_is_still_wrong_is_seen_again(record: Record, again: Any, place: foreign.Place) -> None:
    replay = record()
    place.proxy.plant = broken

    told = resend(again, load(), replay)

    assert (told.status, told.reproduced) == (200, True)
    assert [each.id for each in told.findings] == [replay.finding.id]
    assert [each.json["subscription_id"] for each in place.proxy.requests] == [BODY["subscription_id"]]


def test_what_was_mended_is_not_seen_again(record: Record, again: Any, place: foreign.Place) -> None:
    told = resend(again, load(), record())

    assert (told.status, told.reproduced, told.findings, told.doubt) == (200, False, [], None)
    assert len(place.proxy.requests) == 1


def test_what_was_used_up_by_the_run_itself_is_in_doubt(
    record: Record, again: Any, place: foreign.Place
) -> None:
    replay = record()
    assert replay.exchange.once == 1
    exchange = dataclasses.replace(replay.exchange, statuses=(200, 401, 422))
    replay = dataclasses.replace(replay, finding=dataclasses.replace(replay.finding, exchange=exchange))
    place.proxy.plant = lambda _, answer: answer.but_json({"errors": ["It was used."]}).but(status=422)

    told = resend(again, load(), replay)

    assert (told.status, told.reproduced, told.findings) == (422, False, [])
    assert told.doubt == "answered 422, the finding was of 200; what the request names may be used up"


def test_a_guest_was_not_written_down_and_is_asked_for(
    record: Record, place: foreign.Place, make_foreign_job: Any
) -> None:
    guest = place.fixtures["operations"][FORCE]["user_id"][0]
    replay = record(FORCE, {"user_id": guest, "redemption": {"requested_punches": 1}})
    assert str(guest) not in json.dumps(replay.dump())

    with pytest.raises(UsageError, match=rf"value 1 of `user_id` of {FORCE} in --fixtures"):
        resend(make_foreign_job(place, FORCE), load(), replay)

    assert place.proxy.requests == []


def test_an_asset_that_is_no_fixture_any_more_is_not_sent(
    record: Record, place: foreign.Place, make_foreign_job: Any
) -> None:
    replay = record()

    with pytest.raises(PunchhContractError, match="subscription_id holds a value that is neither a fixture"):
        resend(make_foreign_job(place, MOBILE), load(), replay)

    assert place.proxy.requests == []


def test_a_value_that_is_nobodys_fixture_is_not_sent(
    record: Record, again: Any, place: foreign.Place
) -> None:
    """A file that was edited, or written by somebody else, can name nobody."""
    replay = record()
    exchange = dataclasses.replace(replay.exchange, body={**replay.exchange.body, "subscription_id": "469"})
    replay = dataclasses.replace(replay, finding=dataclasses.replace(replay.finding, exchange=exchange))

    with pytest.raises(PunchhContractError, match="subscription_id"):
        resend(again, load(), replay)

    assert place.proxy.requests == []


def test_a_target_without_an_answer_is_no_verdict(record: Record, again: Any, place: foreign.Place) -> None:
    replay = record()
    place.proxy.plant = lambda _, __: None

    with pytest.raises(RunError, match="gave no answer"):
        resend(again, load(), replay)


@pytest.fixture
def probe(place: foreign.Place, make_foreign_job: Any) -> tuple[Any, Replay]:
    """The finding of a probe: a request without a credential that was not refused; and a job to resend it."""
    job = make_foreign_job(place, FORCE)
    operation, body = load().operation(FORCE), {"user_id": 0, "redemption": {"requested_punches": 999999999}}
    sent = requests.Request(
        operation.method,
        place.proxy.url + operation.path,
        headers={"User-Agent": str(job.credentials.user_agent), "Content-Type": "application/json"},
        data=json.dumps(body, separators=(",", ":")).encode(),
    ).prepare()
    exchange = Run(job, load()).exchange(operation, sent, OWN_CHECK, (401,), "no credential")
    answer = Judged(201, {"content-type": "application/json"}, b'{"redemption_id":1}')
    finding = judging.probe(load(), exchange, body, answer)
    assert finding is not None
    return job, Replay(finding, load().version, load().digest, place.proxy.url)


def test_a_probe_is_judged_by_its_refusal(place: foreign.Place, probe: tuple[Any, Replay]) -> None:
    job, replay = probe
    place.proxy.plant = accepted

    red = resend(job, load(), replay)
    place.proxy.forget()
    green = resend(job, load(), replay)

    assert (red.reproduced, [each.check for each in red.findings]) == (True, ["probe:no credential"])
    assert (green.status, green.findings) == (401, [])
    assert place.proxy.requests[0].header("authorization") is None


def test_a_probe_waits_for_the_budget_of_refusals(
    place: foreign.Place, probe: tuple[Any, Replay], tmp_path: Any
) -> None:
    job, replay = probe
    job = dataclasses.replace(job, refusals_file=tmp_path / "refusals.db")
    for _ in range(8):
        resend(job, load(), replay)

    with pytest.raises(RunError, match=r"wait \d+ s"):
        resend(job, load(), replay)

    assert len(place.proxy.requests) == 8


@pytest.mark.parametrize(
    "edit",
    [
        {"uri": "/api2/dashboard/users/delete"},
        {"uri": "/api2/mobile/redemptions/subscription/../../users/469"},
        {"uri": "/api2/mobile/redemptions/subscription?q=469"},
        {"uri": "//127.0.0.1:1/api2/mobile/redemptions/subscription"},
        {"uri": "http://127.0.0.1:1/api2/mobile/redemptions/subscription"},
        {"headers": {"Host": "evil.example"}},
        {"headers": {"X-Http-Method-Override": "DELETE"}},
        {"headers": {"User-Agent": {"$credential": "PUNCHH_SECRET"}}},
        {"body": {"client": {"$fixture": "FIXTURE_CLIENT_1"}, "subscription_id": "1"}},
    ],
)
def test_a_file_that_somebody_changed_is_not_sent(
    record: Record, again: Any, place: foreign.Place, edit: dict[str, Any]
) -> None:
    replay = record()
    headers = {**replay.exchange.headers, **edit.get("headers", {})}
    exchange = dataclasses.replace(replay.exchange, **{**edit, "headers": headers})
    changed = dataclasses.replace(replay, finding=dataclasses.replace(replay.finding, exchange=exchange))
    sent = len(place.proxy.requests)

    with pytest.raises(PunchhContractError, match=r"not as a run wrote it|needs|no whole replay"):
        resend(again, load(), changed)

    assert len(place.proxy.requests) == sent


CREDENTIALS = Credentials(
    **{
        each.name: f"held-{each.name}"
        for each in dataclasses.fields(Credentials)
        if "_client" not in each.name
    }
)
PROBES = [(each, probe) for each in load().operations.values() for probe in probes_of(each)]


@pytest.mark.parametrize(
    ("operation", "probe"), [pytest.param(*each, id=f"{each[0].id}-{each[1].name}") for each in PROBES]
)
def test_every_probe_is_written_down_so_that_it_can_be_sent_again(operation: Operation, probe: Probe) -> None:
    credentials = CREDENTIALS.of(operation)
    body = {"client": credentials.client} if operation.signature else {}
    sent = requests.Request(
        operation.method,
        f"http://127.0.0.1:1{operation.path}",
        headers={"User-Agent": str(credentials.user_agent), "Content-Type": "application/json"},
        data=json.dumps(body, separators=(",", ":")).encode(),
        auth=PunchhRequestsAuth(credentials, load()),
    ).prepare()
    call = Call(sent.path_url, {name: str(value) for name, value in sent.headers.items()}, sent.body)  # type: ignore[arg-type]
    probe.change(operation, credentials, call)

    exchange = exchanges.record(
        operation,
        Redactor(credentials, Fixtures()),
        url=call.path,
        headers=call.headers,
        body=call.body,
        phase=OWN_CHECK,
        seed=1,
        statuses=tuple(probe.statuses),
        probe=probe.name,
    )
    finding = Finding(f"probe:{probe.name}", operation.id, "#/", Severity.ACCESS, "let in", 200, exchange)
    again = Replay(finding, "0", "0", "http://127.0.0.1:1").call(load(), credentials, Fixtures())

    digest = operation.signature.header.lower() if operation.signature else ""
    assert (again.uri, again.body) == (call.path, call.body)
    assert named(again.headers, digest) == named(call.headers, digest)
    assert "held-" not in json.dumps(exchange.dump())


def named(headers: Mapping[str, str], digest: str) -> dict[str, str]:
    """Headers but for what any client sets, and the digest, which is made anew."""
    return {
        name.lower(): value
        for name, value in headers.items()
        if name.lower() not in ("content-length", digest)
    }
