"""What Schemathesis records of a target that answers wrongly comes out as findings, in our words."""

import copy
import dataclasses
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from punchh_contract.conformance import acceptance
from punchh_contract.conformance.verdict.findings import Exchange, Finding
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.translation import findings_of
from punchh_contract.contract import Contract

OPERATION = "force_redeem"
ANSWERED = "answered-secret@example.com"
Answers = Callable[[bytes], tuple[int, str, bytes] | None]


@dataclasses.dataclass
class Job:
    seed: int = 1


class Target(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        given = self.server.answers(body)  # type: ignore[attr-defined]
        if given is None:
            self.close_connection = True
            return
        status, kind, content = given
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        pass


@pytest.fixture
def found(contract: Contract, redactor: Redactor) -> Iterator[Callable[[Answers], list[Finding]]]:
    """Run Schemathesis' coverage phase against a target that answers so; returns the findings."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    document = copy.deepcopy(contract.document)
    operation = contract.operation(OPERATION)
    document["paths"] = {operation.path: document["paths"][operation.path]}
    document.pop("webhooks")
    document["paths"][operation.path]["post"].pop("security")
    document["components"].pop("securitySchemes")
    for response in document["components"]["responses"].values():
        response.pop("links", None)

    def run(answers: Answers) -> list[Finding]:
        server.answers = answers  # type: ignore[attr-defined]
        config = acceptance.config(contract, [OPERATION], base_url=url, seed=1, max_examples=1)
        config.projects.default.phases.update(phases=["coverage"])
        findings: list[Finding] = []
        for event in from_schema(schemathesis.openapi.from_dict(document, config=config)).execute():
            if isinstance(event, events.ScenarioFinished):
                findings += findings_of(event.recorder, contract, Job(), redactor)
        return findings

    yield run
    server.shutdown()
    server.server_close()


def json_answer(status: int, body: Any) -> Answers:
    return lambda _: (status, "application/json", json.dumps(body).encode())


REDEEMED = {"redemption_id": 5}
WRONG: dict[str, tuple[Answers, set[str]]] = {
    "crashes": (json_answer(500, {"error": ANSWERED}), {"server_error"}),
    "teapot": (
        json_answer(418, {"error": ANSWERED}),
        {"undocumented_status", "refused_valid", "accepted_invalid", "accepted_without_header"},
    ),
    "HTML": (lambda _: (422, "text/html", b"<html>" + ANSWERED.encode()), {"content_type"}),
    "another shape": (json_answer(422, {ANSWERED: ANSWERED}), {"response_schema"}),
    "hangs up": (lambda _: None, {"no_answer"}),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_target_is_found_out_in_our_words(
    found: Callable[[Answers], list[Finding]], contract: Contract, name: str
) -> None:
    answers, checks = WRONG[name]
    findings = found(answers)
    assert {each.check for each in findings} >= checks
    assert {each.check for each in findings} <= checks | {"no_answer", "response_schema"}
    for each in findings:
        assert each.operation == OPERATION
        assert each.clause.startswith("#/")
        assert isinstance(each.exchange, Exchange)
        assert ANSWERED not in json.dumps(each.dump())


def test_a_redemption_of_an_invalid_body_is_the_worst(found: Callable[[Answers], list[Finding]]) -> None:
    findings = found(json_answer(201, REDEEMED))
    checks = {"accepted_invalid", "accepted_without_header", "response_schema"}
    assert {each.check for each in findings} == checks
    findings = [each for each in findings if each.check == "accepted_invalid"]
    assert {each.severity.name for each in findings} == {"SPEND"}
    # By clause: one for the missing user, one for its wrong type, …
    assert len({each.clause for each in findings}) > 3
    for each in findings:
        assert each.exchange is not None
        assert each.exchange.statuses == (400, 401, 404, 415, 422, 429)


def test_a_good_target_has_no_finding(found: Callable[[Answers], list[Finding]], contract: Contract) -> None:
    fact = next(fact for (status, _), fact in contract.operation(OPERATION).errors.items() if status == 422)
    assert found(json_answer(422, fact.example)) == []
