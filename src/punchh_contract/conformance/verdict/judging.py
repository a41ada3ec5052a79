"""Findings in our own words: one function for each thing that can be wrong with an answer, and `judge`, which
asks all of them about one answer.
"""

from typing import Any

import jsonschema_rs

from punchh_contract.conformance.tally import COMMITTED_QUOTE
from punchh_contract.conformance.tally import judge as outcome
from punchh_contract.conformance.verdict import clauses
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.breaches import breaches, broken_headers
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Severity
from punchh_contract.contract import Contract, Operation

_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_DOOR = frozenset({401, 403, 412})
"""What a request is answered whose credentials were looked at, and refused."""


def judge(contract: Contract, exchange: Exchange, request: Any, answer: Answer) -> list[Finding]:
    """Everything that is wrong with one answer; `request` is the parsed body as sent (None: unreadable).

    For a probe that is one finding at most, of the check `probe:<name>`.
    """
    operation = contract.operation(exchange.operation)
    if exchange.probe is not None:
        found = probe(contract, exchange, request, answer)
        return [found] if found else []
    if answer.status >= _SERVER_ERROR:
        return [server_error(contract, exchange, answer.status)]
    findings: list[Finding] = []
    if answer.status not in operation.statuses:
        findings.append(undocumented(contract, exchange, answer.status))
    else:
        findings += shape(contract, exchange, answer)
    if outcome(operation, answer.status, request, answer.json) == COMMITTED_QUOTE:
        findings.append(quote_committed(contract, exchange, answer.status))
    if exchange.statuses and answer.status not in exchange.statuses:
        if "user-agent" not in map(str.lower, exchange.headers):
            findings.append(headerless(contract, exchange, request, answer))
        elif answer.status >= _CLIENT_ERROR and keeps(operation, request):
            findings.append(refused_valid(contract, exchange, answer.status))
        else:
            findings.append(accepted_invalid(contract, exchange, request, answer))
    return findings


def server_error(contract: Contract, exchange: Exchange, status: int) -> Finding:
    """An answer of 5xx."""
    of = contract.operation(exchange.operation)
    return _finding(
        exchange,
        "server_error",
        clauses.part(of, "responses"),
        Severity.CRASH,
        f"no request may make the server fail; it answered {status}",
        status,
    )


def undocumented(contract: Contract, exchange: Exchange, status: int) -> Finding:
    """A status that the contract does not have for the operation."""
    of = contract.operation(exchange.operation)
    known = ", ".join(map(str, of.statuses))
    return _finding(
        exchange,
        "undocumented_status",
        clauses.part(of, "responses"),
        Severity.STATUS,
        f"the contract documents {known}; the answer was {status}",
        status,
    )


def shape(contract: Contract, exchange: Exchange, answer: Answer) -> list[Finding]:
    """What content type and body of a documented status break."""
    of = contract.operation(exchange.operation)
    schema = of.response_schema(answer.status)
    if schema is None:
        return []
    if answer.media_type != clauses.MEDIA:
        return [content_type(contract, exchange, answer)]
    clause = clauses.response_schema(contract, of, answer.status)
    if not answer.readable:
        return [_shape(exchange, answer, clause, "must be JSON, and cannot be read as such")]
    broken = breaches(contract, schema, clause, answer.json)
    if broken and answer.status == of.success.status and _is_error(of, answer.json):
        # What is wrong is the status: a dozen fields that an error does not have would hide that.
        statement = (
            f"the answer with status {answer.status} must be a redemption; it has the body of an error"
        )
        return [_finding(exchange, "response_schema", clause, Severity.STATUS, statement, answer.status)]
    return [_shape(exchange, answer, each.clause, each.sentence("the body")) for each in broken]


def unfit(contract: Contract, exchange: Exchange, answer: Answer) -> Finding:
    """A body that breaks its schema in a place that is not known."""
    clause = clauses.response_schema(contract, contract.operation(exchange.operation), answer.status)
    return _shape(exchange, answer, clause, "the body must fit the contract")


def content_type(contract: Contract, exchange: Exchange, answer: Answer) -> Finding:
    """A content type that the contract does not have."""
    of = contract.operation(exchange.operation)
    # A known type is named; any other text of the target's is not repeated.
    shown = {None: "has no content type", "text/html": "is HTML", "text/plain": "is plain text"}
    return _finding(
        exchange,
        "content_type",
        clauses.content(contract, of, answer.status),
        Severity.SHAPE,
        f"the answer with status {answer.status} must be `{clauses.MEDIA}`;"
        f" it {shown.get(answer.media_type, 'has another content type')}",
        answer.status,
    )


def response_headers(contract: Contract, exchange: Exchange, status: int, names: list[str]) -> Finding:
    """Headers of an answer that are missing, by the names that the contract has, or that break its schema."""
    of = contract.operation(exchange.operation)
    return _finding(
        exchange,
        "response_headers",
        clauses.pointer(clauses.response(contract, of, status), "headers", *names[:1]),
        Severity.SHAPE,
        f"the answer must have the header {', '.join(names)}" if names else "a header breaks its schema",
        status,
    )


def accepted_invalid(contract: Contract, exchange: Exchange, request: Any, answer: Answer) -> Finding:
    """A body that breaks the contract was not refused, or not with a status that a refusal has."""
    of = contract.operation(exchange.operation)
    root = clauses.request_schema(contract, of)
    broken = breaches(contract, of.request_schema, root, request) or broken_headers(
        contract, of, exchange.headers
    )
    what = broken[0].sentence("the body") if broken else "the request breaks the contract"
    return _finding(
        exchange,
        "accepted_invalid",
        broken[0].clause if broken else root,
        Severity.SPEND if _taken(of, request, answer) else Severity.STATUS,
        f"{what}; a request that breaks this must be refused with {_listed(exchange.statuses)},"
        f" and was answered {_told(of, request, answer)}",
        answer.status,
    )


def refused_valid(contract: Contract, exchange: Exchange, status: int) -> Finding:
    """A request that keeps the contract was refused in a way that it may not be."""
    of = contract.operation(exchange.operation)
    return _finding(
        exchange,
        "refused_valid",
        clauses.request_schema(contract, of),
        Severity.LOSS,
        f"a request that keeps the contract may be answered {_listed(exchange.statuses)},"
        f" and was answered {status}",
        status,
    )


def headerless(
    contract: Contract, exchange: Exchange, request: Any, answer: Answer, name: str = "User-Agent"
) -> Finding:
    """A request without a header that it needs was not refused as the contract says."""
    of = contract.operation(exchange.operation)
    return _finding(
        exchange,
        "accepted_without_header",
        clauses.parameter(contract, of, name),
        _unrefused(of, request, answer),
        f"without the header {name} the answer must be {_listed(exchange.statuses)};"
        f" it was {_told(of, request, answer)}",
        answer.status,
    )


def no_answer(contract: Contract, exchange: Exchange) -> Finding:
    """The request left and nothing came back: with money, the worst place to be left alone."""
    of = contract.operation(exchange.operation)
    return _finding(
        exchange,
        "no_answer",
        clauses.operation(of),
        Severity.LOSS,
        "every request must be answered; there was no answer in time, or the connection broke",
        None,
    )


def quote_committed(contract: Contract, exchange: Exchange, status: int) -> Finding:
    """A quote whose answer names a redemption."""
    of = contract.operation(exchange.operation)
    return _finding(
        exchange,
        "quote_committed",
        clauses.part(of, "x-success"),
        Severity.SPEND,
        "with `query` nothing is taken; the answer names a redemption (`redemption_id`)",
        status,
    )


def quote_changed(contract: Contract, exchange: Exchange, status: int | None) -> Finding:
    """The same quote, asked for again at once, was answered otherwise: the first one took something."""
    of = contract.operation(exchange.operation)
    return _finding(
        exchange,
        "quote_changed",
        clauses.part(of, "x-success"),
        Severity.SPEND,
        "a quote takes nothing, so the same request asked again at once must be answered alike; it was not",
        status,
    )


def probe(contract: Contract, exchange: Exchange, request: Any, answer: Answer) -> Finding | None:
    """A probe (`exchange.probe`) that was not refused with one of `exchange.statuses`, or not in form."""
    of = contract.operation(exchange.operation)
    name = exchange.probe or ""
    check = f"probe:{name}"
    if "User-Agent" in name:
        clause = clauses.parameter(contract, of, "User-Agent")
    else:
        clause = clauses.security(
            contract, of, digest=exchange.digest != "right" and of.signature is not None
        )
    if answer.status in exchange.statuses:
        broken = shape(contract, exchange, answer)
        if not broken:
            return None
        statement = f"{name}: refused as it must be, but {broken[0].statement}"
        return _finding(exchange, check, broken[0].clause, Severity.SHAPE, statement, answer.status)
    return _finding(
        exchange,
        check,
        clause,
        _missed(of, request, answer),
        # What the request without the fault was answered is not known where it is sent again on its own.
        f"{name}: with this fault the answer must be {_listed(exchange.statuses)}, and was"
        f" {_told(of, request, answer)}",
        answer.status,
    )


def probe_unlike(contract: Contract, exchange: Exchange, statement: str, status: int) -> Finding:
    """A probe whose answer somebody else judged to be wrong, and said why."""
    clause = clauses.operation(contract.operation(exchange.operation))
    return _finding(exchange, f"probe:{exchange.probe}", clause, Severity.STATUS, statement, status)


def goal(contract: Contract, operation_id: str, label: str, statement: str) -> Finding:
    """Something that the run had to see and did not; `label` tells the goals of an operation apart."""
    clause = clauses.operation(contract.operation(operation_id))
    return Finding(f"goal:{label}", operation_id, clause, Severity.GOAL, statement)


def _shape(exchange: Exchange, answer: Answer, clause: str, sentence: str) -> Finding:
    statement = f"status {answer.status}: {sentence}"
    return _finding(exchange, "response_schema", clause, Severity.SHAPE, statement, answer.status)


def _finding(
    exchange: Exchange, check: str, clause: str, severity: Severity, statement: str, status: int | None
) -> Finding:
    return Finding(check, exchange.operation, clause, severity, statement, status, exchange)


def keeps(operation: Operation, request: Any) -> bool:
    """Whether a parsed body keeps the operation's schema."""
    return jsonschema_rs.validator_for(operation.request_schema, validate_formats=True).is_valid(request)


def _taken(operation: Operation, request: Any, answer: Answer) -> bool:
    """Whether an answer is that of a redemption, or of a quote that became one."""
    return outcome(operation, answer.status, request, answer.json) in ("success", COMMITTED_QUOTE)


def _unrefused(operation: Operation, request: Any, answer: Answer) -> Severity:
    """How bad it is that a request that had to be refused was answered so."""
    if _taken(operation, request, answer):
        return Severity.SPEND
    if answer.status >= _SERVER_ERROR:
        return Severity.CRASH
    return Severity.ACCESS if answer.status < _CLIENT_ERROR else Severity.STATUS


def _missed(operation: Operation, request: Any, answer: Answer) -> Severity:
    """How bad it is that a probe was answered so. One that was refused for anything but its credentials shows
    that nobody looked at them.
    """
    bad = _unrefused(operation, request, answer)
    return Severity.ACCESS if bad is Severity.STATUS and answer.status not in _DOOR else bad


def _is_error(operation: Operation, body: Any) -> bool:
    """Whether a body is that of an error which the operation has."""
    return any(
        jsonschema_rs.is_valid(schema, body)
        for status in operation.statuses
        if status >= _CLIENT_ERROR and (schema := operation.response_schema(status)) is not None
    )


def _told(operation: Operation, request: Any, answer: Answer) -> str:
    return f"{answer.status} with a redemption" if _taken(operation, request, answer) else str(answer.status)


def _listed(statuses: tuple[int, ...]) -> str:
    return " or ".join(map(str, statuses)) or "a refusal"
