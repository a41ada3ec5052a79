"""Receipts to look at: a run that was never made, over the contract's own examples, red or green."""

import datetime as dt
import json
from typing import Any

from punchh_contract.auth import Credentials, authorization_headers, digest_header
from punchh_contract.conformance.fixtures import Fixture, Fixtures
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.outcome import Outcome, outcome
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.spending import Spending
from punchh_contract.conformance.tally import Tally
from punchh_contract.conformance.verdict import exchanges
from punchh_contract.conformance.verdict.baseline import Baseline, Known
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Scene, Severity, Story
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.contract import Operation, load

STARTED = dt.datetime(2026, 3, 2, 18, 5, 1, tzinfo=dt.UTC)
TARGET = "https://redemptions.staging.example.com"
CONTRACT = load()
ONLINE = CONTRACT.operation("create_online_redemption")
FORCE = CONTRACT.operation("force_redeem")
SUBSCRIPTION = CONTRACT.operation("create_subscription_redemption_code")
BATCH = CONTRACT.operation("process_batch_redemption")
CREDENTIALS = Credentials(
    client="planted-client-0001",
    secret="planted-secret-0001",
    access_token="planted-access-token",
    admin_key="planted-admin-key",
    user_agent="Planted/POS/1.0",
)
GUEST = 55501234
EMAIL = "pat.planted@example.com"
CODE = "HANDED-OUT-CODE"
SECRETS = (*(value for value in vars(CREDENTIALS).values() if value), str(GUEST), EMAIL, CODE)
FIXTURES = Fixtures(
    (
        Fixture(FORCE.id, "user_id", GUEST, "guest", 6),
        Fixture(FORCE.id, "redemption.reward_id", 70501, "asset", 1),
        Fixture(ONLINE.id, "email", EMAIL, "guest", 4),
        Fixture(ONLINE.id, "reward_id", 70001, "asset", 1),
        Fixture(ONLINE.id, "reward_id", 70002, "asset", 1),
    )
)
OPERATIONS = (FORCE, ONLINE, SUBSCRIPTION)
QUOTE = {"client": CREDENTIALS.client, "email": EMAIL, "reward_id": 70001, "query": True}
FORCED = {"user_id": GUEST, "redemption": {"reward_id": 70501}, "text": "]]> </script> ``` | <b> \x00"}


def receipt(*, red: bool) -> dict[str, Any]:
    """The receipt of `told`."""
    run = told(red=red)
    return run.report.receipt(run.redactor)


def told(*, red: bool) -> Outcome:
    """A run of three operations, one of them without credentials, against a server of somebody's."""
    job = Job(
        base_url=TARGET,
        seed=7,
        max_examples=20,
        operations=tuple(each.id for each in OPERATIONS),
        own=False,
        run_id="7-5eed5eed",
        credentials=CREDENTIALS,
        fixtures=FIXTURES,
    )
    result = Result(Tally(job.operations), handed_out=[CODE])
    for operation in OPERATIONS:
        _exchange_examples(result, operation)
    account = Spending(FIXTURES, capped=True)
    account.settle(account.reserve(FORCE, FORCED), "spent")
    account.settle(account.reserve(ONLINE, QUOTE), "free")
    result.spending = account.rows()
    for law in ("discount_within_receipt", "ordered_times", "code_unique"):
        for operation in OPERATIONS:
            if law in operation.laws:
                result.laws.append({"law": law, "operation": operation.id, "judged": 12})
    needs = "it needs a view of what guests hold: a sandbox of punchh-contract"
    for operation in OPERATIONS:
        for law in operation.laws:
            if not any(row["law"] == law and row["operation"] == operation.id for row in result.laws):
                result.leave_out(operation.id, f"law:{law}", needs)
    result.leave_out(ONLINE.id, "the other algorithm's digest", "no failed authentication was left for it")
    known = Baseline()
    if red:
        result.findings = list(findings())
        entry = result.findings[3]
        until = STARTED.date() + dt.timedelta(days=20)
        reason = "agreed, ticket 4711"
        known = Baseline(
            (Known(entry.id, entry.check, entry.operation, entry.clause, entry.status, until, reason),)
        )
    return outcome(
        job,
        result,
        CONTRACT,
        lacking={BATCH.id: "PUNCHH_LOCATION_KEY, PUNCHH_BUSINESS_KEY"},
        usual_examples=200,
        baseline=known,
        started=STARTED,
        seconds=41.3,
    )


def findings() -> tuple[Finding, ...]:
    """Four findings: a law's with its story, one that secrets got into, one of a shape, a known one."""
    quote = sent(ONLINE, QUOTE)
    law = "quote_changes_nothing"
    story = Story(
        "a quote is asked for twice",
        (
            Scene("control: a guest with 100 points", None, ("PUT", "guests/8800000001", {"points": 100})),
            Scene("till asks for a quote with create_online_redemption: 200, quote", quote),
            Scene("till asks for a quote with create_online_redemption: 200, quote", quote, None, 2),
            Scene("app asks for a quote with create_online_redemption: 200, refusal", quote, None, 2),
        ),
    )
    place = f"#/paths/{ONLINE.path.replace('/', '~1')}/post"
    return (
        Finding(
            f"law:{law}",
            ONLINE.id,
            f"{place}/x-law/{ONLINE.laws.index(law)}",
            Severity.SPEND,
            "A request with `query` takes nothing, and asked again is answered alike. Broken: a quote changed"
            " what a guest holds.",
            200,
            quote,
            story,
        ),
        Finding(
            "server_error",
            FORCE.id,
            f"#/paths/{FORCE.path.replace('/', '~1')}/post/responses",
            Severity.CRASH,
            f"the contract has no status 500 \x1b<b> {' '.join(SECRETS)}",
            500,
            sent(FORCE, FORCED),
        ),
        Finding(
            "response_schema",
            ONLINE.id,
            "#/components/schemas/OnlineRedemption/properties/redemption_amount",
            Severity.SHAPE,
            "`/redemption_amount` must be a number, not text",
            200,
            sent(ONLINE, {**QUOTE, "redemption_code": CODE}),
        ),
        Finding(
            "response_headers",
            SUBSCRIPTION.id,
            "#/components/schemas/SubscriptionRedemption/properties/created_at",
            Severity.SHAPE,
            "`/created_at` must have the format date-time",
            200,
            sent(SUBSCRIPTION, {"client": CREDENTIALS.client, "subscription_id": "900699"}),
        ),
    )


def sent(operation: Operation, body: Any) -> Exchange:
    """A request as it is recorded."""
    content = json.dumps(body, separators=(",", ":")).encode()
    return exchanges.record(
        operation,
        Redactor(CREDENTIALS, FIXTURES, {CODE}, CONTRACT),
        url=TARGET + operation.path,
        headers={
            "User-Agent": str(CREDENTIALS.user_agent),
            "Content-Type": "application/json",
            **authorization_headers(operation, CREDENTIALS),
            **digest_header(operation, CREDENTIALS, operation.path, content),
        },
        body=content,
        phase="fuzzing",
        seed=7,
    )


def _exchange_examples(result: Result, operation: Operation) -> None:
    node = CONTRACT.document["paths"][operation.path]["post"]
    bodies = _examples(CONTRACT.resolve(node["requestBody"]))
    answers = [
        (int(status), each)
        for status, holder in node["responses"].items()
        for each in _examples(CONTRACT.resolve(holder))
    ]
    for place, (status, response) in enumerate(answers):
        body = bodies[place % len(bodies)]
        result.tally.add(operation, "fuzzing", status, body, response)
        result.coverage.add(
            operation,
            TARGET + operation.path,
            {"user-agent": "Planted/POS/1.0"},
            json.dumps(body).encode(),
            status,
            json.dumps(response).encode(),
        )


def _examples(holder: dict[str, Any]) -> list[Any]:
    media = holder["content"]["application/json"]
    return [CONTRACT.resolve(each)["value"] for each in media.get("examples", {}).values()]
