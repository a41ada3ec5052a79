"""Wrong answers for a proxy to give: each with the check that must find it, and the operation it is at."""

import dataclasses
import itertools
import json
from collections.abc import Callable
from typing import Any

from conformance.foreign import BATCH, FORCE, MOBILE, ONLINE
from conformance.proxies import Answer, Plant, Request

from punchh_contract.contract import load

Change = Callable[[Request, Answer], Answer | None]
When = Callable[[Request, Answer], bool]
EXAMPLES = 10
HTML = "<!doctype html><html><body><h1>Something went wrong</h1></body></html>"


@dataclasses.dataclass(frozen=True)
class Planted:
    """A wrong answer. `checks`: one of these must be found, at `operation`. `make` gives a plant that counts
    from zero."""

    name: str
    operation: str
    checks: frozenset[str]
    make: Callable[[], Plant]
    max_examples: int = EXAMPLES


def wrong(
    change: Change, *statuses: int, every: int = 1, at_most: int | None = None, when: When | None = None
) -> Callable[[], Plant]:
    """A plant that changes answers with one of the statuses (any if there are none): each `every`-th of them,
    `at_most` so many, and only those for which `when` holds."""

    def make() -> Plant:
        turns = itertools.count(1)
        made = itertools.count()

        def plant(request: Request, answer: Answer) -> Answer | None:
            if statuses and answer.status not in statuses:
                return answer
            if when is not None and not when(request, answer):
                return answer
            if next(turns) % every or (at_most is not None and next(made) >= at_most):
                return answer
            return change(request, answer)

        return plant

    return make


def edited(change: Callable[[Any], Any]) -> Change:
    """Change the JSON body; one that is no JSON stays."""
    return lambda _, answer: answer if answer.json is None else answer.but_json(change(answer.json))


def having(**values: Any) -> Change:
    """Put values into the JSON object."""
    return edited(lambda body: {**body, **values})


def without(name: str) -> Change:
    """Take a property out of the JSON object."""
    return edited(lambda body: {key: value for key, value in body.items() if key != name})


def typed(name: str, cast: Callable[[Any], Any]) -> Change:
    """Cast one property."""
    return edited(lambda body: {**body, name: cast(body.get(name))})


def item(**values: Any) -> Change:
    """Put values into each item of a batch."""
    return edited(
        lambda body: {
            name: [{**each, **values} for each in value] if isinstance(value, list) else value
            for name, value in body.items()
        }
    )


def status(code: int, *, reason: str = "") -> Change:
    """The same body under another status."""
    return lambda _, answer: answer.but(status=code, reason=reason)


def body(content: bytes, kind: str = "application/json", code: int | None = None) -> Change:
    """Another body, of another type, maybe under another status."""
    return lambda _, answer: answer.but_header("content-type", kind).but(
        body=content, status=code or answer.status
    )


def header(name: str, value: str | None) -> Change:
    """Another value of a header, or none."""
    return lambda _, answer: answer.but_header(name, value)


def example(operation_id: str, code: int) -> Change:
    """What the contract itself shows as an answer with that status."""
    return lambda _, answer: answer.but(status=code, body=json.dumps(shown(operation_id, code)).encode())


def shown(operation_id: str, code: int) -> Any:
    """The body of the contract's first example of an answer."""
    contract = load()
    operation = contract.operation(operation_id)
    responses = contract.document["paths"][operation.path][operation.method.lower()]["responses"]
    content = contract.resolve(responses[str(code)])["content"]["application/json"]
    return contract.resolve(next(iter(content["examples"].values())))["value"]


def closed(_: Request, __: Answer) -> None:
    """No answer at all."""


def again(_: Request, answer: Answer) -> Answer:
    """Too many requests, though it was carried out: whoever sends it again redeems twice."""
    return answer.but_header("retry-after", "0").but(status=429)


def is_quote(request: Request, answer: Answer) -> bool:
    """Whether a discount was asked about, not for, and promised."""
    return (
        isinstance(request.json, dict)
        and request.json.get("query") is True
        and isinstance(answer.json, dict)
        and answer.json.get("category") == "redeemable"
    )


def growing() -> Plant:
    """A quote that promises a cent more each time."""
    turns = itertools.count(1)

    def plant(request: Request, answer: Answer) -> Answer:
        if not is_quote(request, answer):
            return answer
        amount = answer.json["redemption_amount"]
        return answer.but_json({**answer.json, "redemption_amount": amount + next(turns) / 100})

    return plant


def fewer() -> Plant:
    """A basket that promises less whenever it is asked about."""
    turns = itertools.count()

    def plant(request: Request, answer: Answer) -> Answer:
        asked = isinstance(request.json, dict) and request.json.get("query") is True
        if not (asked and answer.status == 200 and answer.json["success"]):
            return answer
        items = [{**each, "discount_amount": next(turns)} for each in answer.json["success"]]
        return answer.but_json({**answer.json, "success": items})

    return plant


def no_agent(request: Request, _: Answer) -> bool:
    return request.header("user-agent") is None


def p(
    name: str,
    operation: str,
    checks: str | tuple[str, ...],
    make: Callable[[], Plant],
    max_examples: int = EXAMPLES,
) -> Planted:
    found = frozenset((checks,) if isinstance(checks, str) else checks)
    return Planted(name, operation, found, make, max_examples)


LOST = "no_answer"
SCHEMA = "response_schema"
KIND = "content_type"
STATUS = "undocumented_status"
SERVER = "server_error"

PLANTS = (
    # Bodies that break the schema of their status.
    p("an id as text", MOBILE, SCHEMA, wrong(typed("redemption_id", str), 200)),
    p("an id as text, now and then", MOBILE, SCHEMA, wrong(typed("redemption_id", str), 200, every=3)),
    p("an id as a fraction", MOBILE, SCHEMA, wrong(typed("redemption_id", lambda each: each + 0.5), 200)),
    p("an id beyond 64 bits", MOBILE, SCHEMA, wrong(having(redemption_id=2**63), 200)),
    p("an amount as text", ONLINE, SCHEMA, wrong(typed("redemption_amount", str), 200)),
    p("points as text", FORCE, SCHEMA, wrong(typed("redeemed_value", str), 201)),
    p("a required field dropped", MOBILE, SCHEMA, wrong(without("expiring_at"), 200, every=3)),
    p("the category dropped", ONLINE, SCHEMA, wrong(without("category"), 200, every=3)),
    p("a category that is no text", ONLINE, SCHEMA, wrong(having(category=7), 200)),
    p("a number that JSON does not have", FORCE, SCHEMA, wrong(having(redeemed_value=float("nan")), 201)),
    p("null where none may be", FORCE, SCHEMA, wrong(having(created_at=None), 201)),
    p("a time without its zone", MOBILE, SCHEMA, wrong(having(expiring_at="2026-03-02T18:15:01"), 200)),
    p("a time in words", FORCE, SCHEMA, wrong(having(updated_at="Mar 2, 2026 18:05"), 201)),
    p("a list where an object belongs", BATCH, SCHEMA, wrong(edited(lambda each: [each]), 200)),
    p("successes missing", BATCH, SCHEMA, wrong(without("success"), 200)),
    p("failures missing", BATCH, SCHEMA, wrong(without("failures"), 200, every=3)),
    p("a flag as a word, deep inside", BATCH, SCHEMA, wrong(item(qualified="yes"), 200, every=3)),
    p("a free text longer than allowed", BATCH, SCHEMA, wrong(item(meta_data="x" * 256), 200)),
    p("an error of no known shape", MOBILE, SCHEMA, wrong(body(b'{"fault":"no"}'), 422)),
    p("an error that is a bare text", FORCE, SCHEMA, wrong(body(b'"no"'), 404, 422, every=3)),
    p("an empty list of errors", FORCE, SCHEMA, wrong(body(b"[]"), 422)),
    # Bodies that are no JSON, or not said to be.
    p("an empty body", MOBILE, SCHEMA, wrong(body(b""), 200)),
    p(
        "JSON that ends early",
        MOBILE,
        SCHEMA,
        wrong(lambda _, each: each.but(body=each.body[:-9]), 200, every=3),
    ),
    p("JSON that is not UTF-8", MOBILE, SCHEMA, wrong(body(b'{"redemption_status":"\xff"}'), 200)),
    p("JSON nested beyond reason", MOBILE, SCHEMA, wrong(body(b"[" * 100_000), 200, every=3)),
    p("a page with status 200", MOBILE, KIND, wrong(body(HTML.encode(), "text/html"), 200)),
    p("JSON said to be text", MOBILE, KIND, wrong(header("content-type", "text/plain"), 200, every=3)),
    p("JSON said to be nothing", MOBILE, KIND, wrong(header("content-type", None), 200)),
    p("a type that is none", FORCE, KIND, wrong(header("content-type", "json"), 201)),
    # Statuses.
    p("a page with status 502", MOBILE, SERVER, wrong(body(HTML.encode(), "text/html", 502), every=3)),
    p("500 with JSON", FORCE, SERVER, wrong(body(b'{"error":"Internal"}', code=500), every=3)),
    p("503, seldom", ONLINE, SERVER, wrong(body(b"", "text/plain", 503), every=25)),
    p("422 as 500", MOBILE, SERVER, wrong(status(500), 422)),
    p("200 as 201", MOBILE, STATUS, wrong(status(201), 200)),
    p("200 as 204", BATCH, STATUS, wrong(lambda _, each: each.but(status=204, body=b"", headers=()), 200)),
    p("200 as 202", ONLINE, STATUS, wrong(status(202), 200, every=3)),
    p("200 as 302", MOBILE, STATUS, wrong(lambda _, each: Answer(302, (("location", "/elsewhere"),)), 200)),
    p("201 as 200", FORCE, STATUS, wrong(status(200), 201, every=3)),
    p("404 as 418", FORCE, STATUS, wrong(status(418), 404)),
    # Not 403: it would count as a refused authentication, and what is left of their budget stops the run.
    p("a refusal as 409", MOBILE, STATUS, wrong(status(409), 422, at_most=2)),
    p("a refusal as 429", BATCH, STATUS, wrong(status(429), 404, at_most=2)),
    p("a 429 that wants it again", FORCE, STATUS, wrong(again, 201, at_most=2)),
    # What may be accepted, and what may not.
    p("a bad body taken", MOBILE, "accepted_invalid", wrong(example(MOBILE, 200), 400)),
    p("a bad body taken, now and then", FORCE, "accepted_invalid", wrong(example(FORCE, 201), 400, every=3)),
    p("a good body refused", MOBILE, "refused_valid", wrong(example(MOBILE, 400), 200, every=3)),
    p("a good order refused", FORCE, "refused_valid", wrong(example(FORCE, 400), 201)),
    # Our own checks.
    p("no credential, and all is well", FORCE, "probe:no credential", wrong(example(FORCE, 201), 401)),
    p(
        "no digest, and all is well",
        MOBILE,
        ("probe:no digest", "probe:a wrong digest"),
        wrong(example(MOBILE, 200), 412),
    ),
    p("412 as 401", MOBILE, ("probe:no digest", "probe:a wrong digest"), wrong(status(401), 412)),
    p(
        "no User-Agent, and all is well",
        FORCE,
        "probe:no User-Agent",
        wrong(example(FORCE, 201), when=no_agent),
    ),
    p("a quote that takes", ONLINE, "quote_committed", wrong(having(redemption_id=9), when=is_quote)),
    p("a quote that changes", ONLINE, "quote_changed", growing),
    p("a basket that changes", BATCH, "quote_changed", fewer),
    # Answers that do not come, or not whole.
    p("a closed connection", FORCE, LOST, wrong(closed, every=9)),
    p("an answer cut short", MOBILE, LOST, wrong(lambda _, each: each.but(cut=20), every=9)),
    p("no HTTP", MOBILE, LOST, wrong(lambda _, each: each.but(raw=b"Bonjour\r\n\r\n"), 200, at_most=3)),
    p("a broken compression", MOBILE, LOST, wrong(header("content-encoding", "gzip"), 200, at_most=3)),
    p("an answer too late", MOBILE, LOST, wrong(lambda _, each: each.but(hold=40), 200, at_most=1)),
)
"""More than twenty: a run that misses one of them misses what users pay it for."""
