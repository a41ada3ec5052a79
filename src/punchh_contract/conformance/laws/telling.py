"""From a breach to a finding: the law, the shortest story in words, and a curl for each step."""

import dataclasses

from punchh_contract.conformance.hooks import Run
from punchh_contract.conformance.laws.court import Breach
from punchh_contract.conformance.laws.history import History, Move, Step
from punchh_contract.conformance.laws.world import INVENTED
from punchh_contract.conformance.verdict import clauses, exchanges
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Scene, Story
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.contract import Operation

PHASE = "laws"


def finding(run: Run, breach: Breach) -> Finding:
    """The finding of a breach, with the story up to the step that shows it."""
    law, step, history = breach.law, breach.judgement.step, breach.history
    operation = step.operation if step else run.operations[0]
    story = told(run, history, step)
    return Finding(
        f"law:{law.id}",
        operation.id,
        clause(operation, law.id),
        breach.judgement.severity or law.severity,
        f"{law.statement} Broken: {breach.judgement.breach}.",
        step.status if step else None,
        _exchange(run, step) if step else None,
        story,
    )


def clause(operation: Operation, law_id: str) -> str:
    """Where the contract names the law."""
    laws = clauses.part(operation, "x-law")
    return clauses.pointer(laws, operation.laws.index(law_id)) if law_id in operation.laws else laws


def told(run: Run, history: History, last: Step | None) -> Story:
    """A history up to a step, in words and as it can be sent again."""
    scenes = []
    for entry in history.entries:
        if isinstance(entry, Move):
            scenes.append(Scene(f"control: {entry.words}", None, (entry.method, entry.path, entry.body)))
        else:
            token = _token(entry)
            variables = {"PUNCHH_ACCESS_TOKEN": token} if token else {}
            scenes.append(Scene(_words(entry), _exchange(run, entry), None, entry.turn, variables))
            if last is not None and entry.place == last.place:
                break
    return Story(history.name, tuple(scenes))


def _words(step: Step) -> str:
    asked = "asks for a quote with" if step.asks else "calls"
    trouble = "".join(f", {each}" for each in (step.wrong, step.fault) if each)
    status = "no answer" if step.status is None else str(step.status)
    return f"{step.caller} {asked} {step.operation.id}{trouble}: {status}, {step.outcome}"


def _exchange(run: Run, step: Step) -> Exchange | None:
    """The request of a step; a story's own guest stands for the run's, by the variable of the access token."""
    sent = step.sent
    if sent is None:
        return None
    credentials = run.redactor.credentials
    if token := _token(step):
        credentials = dataclasses.replace(credentials, access_token=token)
    return exchanges.record(
        step.operation,
        Redactor(credentials, run.job.fixtures, (), run.contract),
        url=str(sent.url),
        headers=sent.headers,
        body=sent.body,
        phase=PHASE,
        seed=run.job.seed,
        statuses=tuple(step.wanted),
    )


def _token(step: Step) -> str | None:
    """The access token in a request, if a story invented it."""
    header = step.sent.headers.get("Authorization", "") if step.sent is not None else ""
    text = header.decode("latin-1") if isinstance(header, bytes) else str(header)
    token = text.removeprefix("Bearer ")
    return token if token.startswith(INVENTED) else None
