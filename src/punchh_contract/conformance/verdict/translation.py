"""From what Schemathesis recorded to findings in our words: its own messages quote requests and answers."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine import Status
from schemathesis.engine.recorder import Interaction, ScenarioRecorder
from schemathesis.openapi.checks import MissingHeaders

from punchh_contract.conformance import acceptance
from punchh_contract.conformance.verdict import exchanges, judging
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.findings import Exchange, Finding
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.contract import Contract, Operation

NEGATIVE = "negative_data_rejection"
_SERVER_ERROR = 500

Judge = Callable[[Contract, Exchange, Any, Answer], list[Finding]]


class Seeded(Protocol):
    """What of a job is needed here."""

    @property
    def seed(self) -> int: ...


def findings_of(
    recorder: ScenarioRecorder, contract: Contract, job: Seeded, redactor: Redactor
) -> list[Finding]:
    """Return a finding for each thing that failed in a scenario, and for each request without an answer.

    A failure of a check of our own is translated by its exception's `findings`, if it has any; otherwise it
    is left to whoever raised it.
    """
    findings: dict[tuple[str, str], Finding] = {}
    for case_id, interaction in recorder.interactions.items():
        node = recorder.cases.get(case_id)
        if node is None:
            continue
        # Schemathesis does not say of what.
        case: Case[Any] = node.value  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        operation = contract.find(case.method, case.path)
        if operation is None:
            continue
        failures = [
            (check.name, check.failure_info.failure)
            for check in recorder.checks.get(case_id, [])
            if check.status == Status.FAILURE and check.failure_info is not None
        ]
        if not failures and interaction.response is not None:
            continue
        request = _json(interaction.request.body)
        refused = any(name == NEGATIVE for name, _ in failures)
        exchange = _exchange(contract, operation, redactor, interaction, case, job.seed, refused=refused)
        for finding in _findings(contract, exchange, request, interaction.response, failures):
            # One answer can fail several checks of Schemathesis for one reason.
            findings.setdefault((case_id, finding.id), finding)
    return list(findings.values())


def _findings(
    contract: Contract,
    exchange: Exchange,
    request: Any,
    response: Response | None,
    failures: list[tuple[str, Failure]],
) -> Iterator[Finding]:
    if response is None:
        yield judging.no_answer(contract, exchange)
        return
    answer = Answer(
        response.status_code, {name: values[0] for name, values in response.headers.items()}, response.content
    )
    for name, failure in failures:
        if name not in _JUDGES:
            yield from getattr(getattr(failure, "exception", None), "findings", ())
    stock = [(name, failure) for name, failure in failures if name in _JUDGES]
    if stock and answer.status >= _SERVER_ERROR:
        # Every other check fails of it too, and says less.
        yield judging.server_error(contract, exchange, answer.status)
        return
    for name, failure in stock:
        if isinstance(failure, MissingHeaders):
            yield judging.response_headers(contract, exchange, answer.status, list(failure.missing_headers))
        else:
            yield from _JUDGES[name](contract, exchange, request, answer)


def _undocumented(contract: Contract, exchange: Exchange, _: Any, answer: Answer) -> list[Finding]:
    return [judging.undocumented(contract, exchange, answer.status)]


def _shape(contract: Contract, exchange: Exchange, _: Any, answer: Answer) -> list[Finding]:
    found = judging.shape(contract, exchange, answer)
    # Schemathesis saw what our engine does not: still a finding, without the place.
    return found or [judging.unfit(contract, exchange, answer)]


def _headers(contract: Contract, exchange: Exchange, _: Any, answer: Answer) -> list[Finding]:
    return [judging.response_headers(contract, exchange, answer.status, [])]


def _invalid(contract: Contract, exchange: Exchange, request: Any, answer: Answer) -> list[Finding]:
    if "user-agent" not in map(str.lower, exchange.headers):
        return _headerless(contract, exchange, request, answer)  # the header is what was wrong
    return [judging.accepted_invalid(contract, exchange, request, answer)]


def _valid(contract: Contract, exchange: Exchange, _: Any, answer: Answer) -> list[Finding]:
    return [judging.refused_valid(contract, exchange, answer.status)]


def _headerless(contract: Contract, exchange: Exchange, request: Any, answer: Answer) -> list[Finding]:
    return [judging.headerless(contract, exchange, request, answer)]


def _crash(contract: Contract, exchange: Exchange, _: Any, answer: Answer) -> list[Finding]:
    return [judging.server_error(contract, exchange, answer.status)]


_JUDGES: dict[str, Judge] = {
    "not_a_server_error": _crash,
    "status_code_conformance": _undocumented,
    "content_type_conformance": _shape,
    "response_schema_conformance": _shape,
    "response_headers_conformance": _headers,
    NEGATIVE: _invalid,
    "positive_data_acceptance": _valid,
    "missing_required_header": _headerless,
}


def _exchange(
    contract: Contract,
    operation: Operation,
    redactor: Redactor,
    interaction: Interaction,
    case: Any,
    seed: int,
    *,
    refused: bool,
) -> Exchange:
    request = interaction.request
    headers = {name: values[0] for name, values in request.headers.items()}
    return exchanges.record(
        operation,
        redactor,
        url=request.uri,
        headers=headers,
        body=request.body,
        phase=case.meta.phase.name.value if case.meta is not None else "examples",
        seed=seed,
        statuses=_statuses(contract, operation, case, headers, _json(request.body), refused=refused),
    )


def _statuses(
    contract: Contract, operation: Operation, case: Any, headers: dict[str, str], body: Any, *, refused: bool
) -> tuple[int, ...]:
    """Which statuses an answer to a case may have, as Schemathesis is told in `acceptance`.

    `refused` says that Schemathesis wanted a refusal, and judged that there was none.
    """
    checks = acceptance.settings(contract, [operation.id])[0]["checks"]
    sent = {name.lower() for name in headers}
    if "user-agent" not in sent:
        wanted = checks["missing_required_header"]["expected-statuses"]
    elif case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE:
        wanted = checks[NEGATIVE]["expected-statuses"]
        if not refused and judging.keeps(operation, body):
            # What was made wrong is not in the body, and may be nothing that a server sees.
            wanted = [*wanted, *checks["positive_data_acceptance"]["expected-statuses"]]
    else:
        wanted = checks["positive_data_acceptance"]["expected-statuses"]
    found = {int(each) for each in wanted if each != "2xx"}
    if "2xx" in wanted:
        found |= {status for status in operation.statuses if 200 <= status < 300}
    return tuple(sorted(found))


def _json(content: bytes | None) -> Any:
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None
