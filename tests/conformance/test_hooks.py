"""What happens to a case before it leaves and to an answer once it is there: grounded, counted, settled."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
import schemathesis
from conformance.foreign import FORCE, MOBILE, ONLINE
from schemathesis import Response

from punchh_contract.auth import Credentials
from punchh_contract.conformance import hooks
from punchh_contract.conformance.fixtures import Fixtures, read
from punchh_contract.conformance.hooks import Run, UnsendableError
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.preparation import prepare
from punchh_contract.conformance.wire import UNANSWERED
from punchh_contract.contract import load

AGENT = "Example/POS/1.0"
FIXTURES = """
operations:
  force_redeem:
    user_id: [{value: 55501234, spend: 1}]
    redemption.requested_punches: [{value: 1, spend: 1}]
  create_online_redemption:
    authentication_token: [{value: planted-guest-token, spend: 1}]
"""
POINTS = {"user_id": 55501234, "redemption": {"requested_punches": 1}}
REDEEMED = b'{"redemption_id":1,"redemption_code":"1"}'

Cases = Callable[..., Any]


def begin(*operations: str, own: bool = False, fixtures: str = FIXTURES, **more: Any) -> Run:
    """A run that sends nothing: it is rehearsed."""
    job = Job(
        base_url="http://127.0.0.1:1",
        seed=1,
        max_examples=1,
        operations=operations,
        own=own,
        run_id="test",
        credentials=Credentials(
            client="planted-client", secret="planted-secret", admin_key="planted-key", user_agent=AGENT
        ),
        fixtures=read(fixtures, load(), "fixtures.yaml") if fixtures else Fixtures(),
        rehearse=True,
        **more,
    )
    return Run(job, load())


@pytest.fixture
def case() -> Cases:
    """Makes a case of an operation, as Schemathesis generates it from the copy of a run."""

    def make(run: Run, operation_id: str, body: Any, **headers: str) -> Any:
        document = prepare(load(), run.job.base_url, run.job.operations, run.job.fixtures, own=run.job.own)
        operation = load().operation(operation_id)
        schema = schemathesis.openapi.from_dict(document)
        return schema[operation.path][operation.method].Case(
            body=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return make


def answer(run: Run, case: Any, status: int, content: bytes = b"{}", **headers: str) -> Response:
    sent = requests.Request(
        case.method, run.job.base_url + case.path, data=hooks.compact(case.body), headers=dict(case.headers)
    ).prepare()
    return Response(
        status_code=status,
        headers={name: [value] for name, value in {"content-type": "application/json", **headers}.items()},
        content=content,
        request=sent,
        elapsed=0.1,
        verify=True,
    )


def row(run: Run, field: str) -> tuple[int, int]:
    """What was spent of the first fixture of a field, and what may have been."""
    (found,) = [each for each in run.spending.rows() if each["field"] == field]
    return found["spent"], found["unknown"]


def test_a_foreign_target_gets_one_agent_and_no_header_that_the_contract_lacks(case: Cases) -> None:
    run = begin(FORCE)
    made = case(run, FORCE, POINTS, User_Agent="generated", X_Other="generated")

    run.before_call(made)

    assert {name.lower(): value for name, value in made.headers.items()} == {"user-agent": AGENT}


def test_on_a_target_of_our_own_a_missing_agent_stays_missing_and_some_strange_ones_stay(
    case: Cases,
) -> None:
    run = begin(FORCE, own=True)
    agents = []
    for length in range(25):
        made = case(run, FORCE, POINTS, **({"User_Agent": "x" * length} if length else {}))
        run.before_call(made)
        agents.append(made.headers.get("User-Agent"))

    assert agents[0] is None
    assert [each for each in agents[1:] if each != AGENT] == ["x" * 12, "x" * 24]


def test_a_stranger_in_a_generated_body_is_replaced(case: Cases) -> None:
    run = begin(FORCE)
    made = case(run, FORCE, {"user_id": 469, "redemption": {"requested_punches": 100}})

    run.before_call(made)

    assert "469" not in str(made.body)
    assert "100" not in str(made.body).replace("99999", "")


def test_a_case_whose_guest_is_spent_is_not_sent_and_that_is_said_once(case: Cases) -> None:
    run = begin(ONLINE)
    quote = {"client": "x", "authentication_token": "planted-guest-token", "query": True}
    first, second = (case(run, ONLINE, quote) for _ in range(2))
    run.before_call(first)

    with pytest.raises(UnsendableError):
        run.admits(second)
    for _ in range(2):
        with pytest.raises(UnsendableError) as error:
            run.before_call(case(run, ONLINE, quote))
    assert "planted" not in str(error.value)
    assert [each["what"] for each in run.result.not_run] == ["further generated cases"]


@pytest.mark.parametrize(
    ("status", "content", "settled"),
    [
        (201, REDEEMED, (1, 0)),
        (422, b'{"error":"no"}', (0, 0)),
        (503, b"", (0, 1)),
    ],
)
def test_an_answer_settles_what_its_request_could_have_spent(
    case: Cases, status: int, content: bytes, settled: tuple[int, int]
) -> None:
    run = begin(FORCE)
    made = case(run, FORCE, POINTS)
    run.before_call(made)
    assert row(run, "user_id") == (0, 1)

    run.after_call(made, answer(run, made, status, content))

    assert row(run, "user_id") == settled
    assert run.result.tally.counts[FORCE].statuses[status] == 1


@pytest.mark.parametrize("code", [["7000002"], {"code": "7000002"}, 7000002, None])
def test_a_target_may_take_anything_for_a_code_that_was_handed_out(
    case: Cases, code: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "_phase", lambda _: "fuzzing")  # so that no probe follows
    run = begin(MOBILE, ONLINE)
    run._handed_out.add("7000002")
    made = case(run, ONLINE, {"client": "x", "redemption_code": code})

    run.after_call(made, answer(run, made, 200, b'{"category":"redeemable","redemption_id":1}'))

    counts = run.result.tally.counts[ONLINE]
    assert counts.total("success") == 1
    assert not [form for _, form in counts.forms if form.startswith("link")]


def test_an_answer_that_never_came_is_a_finding_and_may_have_spent_something(case: Cases) -> None:
    run = begin(FORCE)
    made = case(run, FORCE, POINTS)
    run.before_call(made)

    run.after_call(made, answer(run, made, 504, **{UNANSWERED: "1"}))

    assert [(each.check, each.status) for each in run.result.findings] == [("no_answer", None)]
    assert row(run, "user_id") == (0, 1)
    # It is no answer of the target's, so it is not counted as one.
    assert run.result.tally.counts[FORCE].calls == 0
    assert "55501234" not in str(run.result.findings[0].dump())


def test_what_was_grounded_and_never_sent_is_free(case: Cases) -> None:
    run = begin(FORCE)
    run.before_call(case(run, FORCE, POINTS))

    run.close()
    result = run.result

    assert {(each["spent"], each["unknown"]) for each in result.spending} == {(0, 0)}


def test_a_target_of_our_own_is_restored_before_its_guests_run_out(
    case: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(FORCE, own=True, reset_path="/restore")
    posted: list[str] = []

    def post(url: str, **_: Any) -> requests.Response:
        posted.append(url)
        response = requests.Response()
        response.status_code = 204
        return response

    monkeypatch.setattr(run._control, "post", post)
    for _ in range(hooks.RESET_EVERY + 1):
        made = case(run, FORCE, POINTS)
        run.before_call(made)
        run.after_call(made, answer(run, made, 201, REDEEMED))

    assert posted == ["http://127.0.0.1:1/restore"]
