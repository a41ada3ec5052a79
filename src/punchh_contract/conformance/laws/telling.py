"""From a breach to a finding: the law, the shortest story in words, and a curl for each step."""

import dataclasses
from typing import TYPE_CHECKING, Any

from punchh_contract.conformance.laws.court import Breach
from punchh_contract.conformance.laws.history import History, Move, Step
from punchh_contract.conformance.laws.names import INVENTED
from punchh_contract.conformance.verdict import clauses, exchanges
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Scene, Story
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.contract import Operation
from punchh_contract.json_types import objects

if TYPE_CHECKING:  # it imports us
    from punchh_contract.conformance.hooks import Run

PHASE = "laws"


def finding(run: "Run", breach: Breach) -> Finding:
    """The finding of a breach, with the story up to the step that shows it."""
    law, step, history = breach.law, breach.judgement.step, breach.history
    # What a move of the clock shows is told of the call before it, which brought it about.
    shown = step or next((each for each in reversed(history.steps) if law.applies(each.operation)), None)
    bearer = breach.judgement.bearer or shown
    operation = bearer.operation if bearer else run.operations[0]
    recorder = _Recorder(run)
    story = _told(recorder, history, step)
    return Finding(
        f"law:{law.id}",
        operation.id,
        clause(operation, law.id),
        breach.judgement.severity or law.severity,
        f"{law.statement} Broken: {breach.judgement.breach}.",
        step.status if step else None,
        recorder.exchange(shown) if shown else None,
        story,
    )


def clause(operation: Operation, law_id: str) -> str:
    """Where the contract names the law."""
    laws = clauses.part(operation, "x-law")
    return clauses.pointer(laws, operation.laws.index(law_id)) if law_id in operation.laws else laws


def _told(recorder: "_Recorder", history: History, last: Step | None) -> Story:
    """What of a history led to a step, in words and as it can be sent again."""
    scenes: list[Scene] = []
    for entry in _slice(history, last):
        if isinstance(entry, Move):
            scenes.append(Scene(f"control: {entry.words}", None, (entry.method, entry.path, entry.body)))
        else:
            token = _token(entry)
            variables = {"PUNCHH_ACCESS_TOKEN": token} if token else {}
            scenes.append(Scene(_words(entry), recorder.exchange(entry), None, entry.turn, variables))
    return Story(history.name, tuple(scenes), history.drawn)


def _slice(history: History, last: Step | None) -> list[Move | Step]:
    """The entries up to a step without the calls of guests who have no part in it, and without whoever
    only those name.
    """
    if last is None:
        return list(history.entries)
    kept: list[Move | Step] = []
    turns = {each.turn for each in history.steps if each.guest == last.guest}
    for entry in history.entries:
        if isinstance(entry, Move) or entry.turn in turns:
            kept.append(entry)
        if isinstance(entry, Step) and entry.place >= last.place and entry.turn == last.turn:
            break
    named = {str(each.guest) for each in kept if isinstance(each, Step)}
    named |= {str(asset.owner) for asset in history.assets.values() if _names(kept, asset.key)}
    return [
        each
        for each in kept
        if isinstance(each, Step) or not each.path.startswith("guests/") or each.path.split("/")[1] in named
    ]


def _names(entries: list[Move | Step], key: str) -> bool:
    """Whether a call names an asset, or a basket holds it."""
    requests = [each.request for each in entries if isinstance(each, Step)]
    bodies = objects([each.body for each in entries if isinstance(each, Move)])
    return any(key in str(each) for each in (*requests, *(body.get("basket") for body in bodies)))


def _words(step: Step) -> str:
    asked = "asks for a quote with" if step.asks else "calls"
    trouble = "".join(f", {each}" for each in (step.wrong, step.fault) if each)
    status = "no answer" if step.status is None else str(step.status)
    return f"{step.caller} {asked} {step.operation.id}{trouble}: {status}, {step.outcome}"


class _Recorder:
    """Makes exchanges of the steps of one story."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._redactors: dict[str | None, Redactor] = {}

    def exchange(self, step: Step) -> Exchange | None:
        """The request of a step; a story's own guest stands for the run's, by the access token's variable."""
        sent, token = step.sent, _token(step)
        if sent is None:
            return None
        if token not in self._redactors:  # to make one takes longer than to use it for all of a story
            self._redactors[token] = self._redactor(token)
        return exchanges.record(
            step.operation,
            self._redactors[token],
            url=str(sent.url),
            headers=sent.headers,
            body=sent.body,
            phase=PHASE,
            seed=self._run.job.seed,
            statuses=tuple(step.wanted),
        )

    def _redactor(self, token: str | None) -> Redactor:
        run = self._run
        credentials = run.redactor.credentials
        if token is not None:
            credentials = dataclasses.replace(credentials, access_token=token)
        return Redactor(credentials, run.job.fixtures, _handed_out(run), run.contract)


def _handed_out(run: "Run") -> frozenset[Any]:
    """Codes that somebody's server gave to a story; what was made on a sandbox is invented, and shown."""
    return frozenset() if run.job.own else frozenset(value for _, _, value in run.made)


def _token(step: Step) -> str | None:
    """The access token in a request, if a story invented it."""
    header = step.sent.headers.get("Authorization", "") if step.sent is not None else ""
    text = header.decode("latin-1") if isinstance(header, bytes) else str(header)
    token = text.removeprefix("Bearer ")
    return token if token.startswith(INVENTED) else None
