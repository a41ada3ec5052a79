"""Where our run hangs itself into Schemathesis: grounding before a call, accounts and own checks after it.

Registration is global in Schemathesis; it happens once, in the process that `runner` starts.
"""

import dataclasses
import json
import time
from collections.abc import Callable
from typing import Any, cast

import requests
import schemathesis
from schemathesis import HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.transport import SerializationContext

from punchh_contract import hosts
from punchh_contract.auth import PunchhRequestsAuth
from punchh_contract.conformance import prober, refusals
from punchh_contract.conformance.endings import FIRST_FINDING
from punchh_contract.conformance.environments import environments
from punchh_contract.conformance.fixtures import Fixtures
from punchh_contract.conformance.grounding import Grounding
from punchh_contract.conformance.guard import Guard
from punchh_contract.conformance.job import FUZZ, LAWS, Job
from punchh_contract.conformance.labelling import drop_unasked, headers_of, label
from punchh_contract.conformance.laws import telling
from punchh_contract.conformance.laws.watching import Watcher
from punchh_contract.conformance.limits import FURTHER
from punchh_contract.conformance.preparation import links
from punchh_contract.conformance.prober import NotRun, OwnFinding, Prober, parsed, settled
from punchh_contract.conformance.quotes import Quotes
from punchh_contract.conformance.refusals import Refusals
from punchh_contract.conformance.rehearsal import Rehearsal
from punchh_contract.conformance.result import Result
from punchh_contract.conformance.spending import Bill, Outcome, Spending
from punchh_contract.conformance.tally import EXAMPLES, Tally
from punchh_contract.conformance.verdict import exchanges, judging
from punchh_contract.conformance.verdict.answers import Answer
from punchh_contract.conformance.verdict.findings import Exchange, Finding
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.templates import compact
from punchh_contract.conformance.wire import UNANSWERED, Wire
from punchh_contract.contract import Contract, Operation
from punchh_contract.errors import PunchhContractError
from punchh_contract.json_types import JsonValue

Case = schemathesis.Case
USER_AGENT = "User-Agent"
BODY_POINTER = "$response.body#/"

RESET_EVERY = 50
"""Redemptions after which a target of our own is restored; baskets run out first, the sandbox has eighty."""

STRANGE_AGENTS = 12
"""One generated User-Agent in so many stays: only that there is one is certain (C-39)."""

DIRECT_PHASES = frozenset({"examples", "coverage"})
OWN_CHECK = "own check"


class UnsendableError(PunchhContractError):
    """A case that is not sent; nothing is wrong with anybody."""


class Run:
    """The state of one run, and what it does at each point that Schemathesis offers."""

    def __init__(
        self, job: Job, contract: Contract, result: Result | None = None, *, any_run: bool = False
    ) -> None:
        """`result` grows with the run. `any_run` lets requests carry the `external_uid` of an earlier run, to
        send one of its again.
        """
        self.job = job
        self.contract = contract
        self.result = result or Result(Tally(job.operations))
        self.operations = tuple(contract.operation(each) for each in job.operations)
        self._handed_out: set[Any] = set()
        self.made: set[tuple[str, type, Any]] = set()
        uid_prefix = "contract-run-" if any_run else f"contract-run-{job.run_id}-"
        self.spending = Spending(job.fixtures, capped=not job.own)
        self.budget = _budget(job)
        self.redactor = Redactor(job.credentials, job.fixtures, self._handed_out, contract)
        self.wire = Wire(
            contract,
            job.base_url,
            Guard(contract, job.fixtures, job.credentials, uid_prefix, self._handed_out, self.made),
            self.budget,
            paced=not job.own and not job.rehearse,
            environments=environments(job.allowed_env),
            deadline=None if job.max_time is None else time.monotonic() + job.max_time,
            ca_bundle=job.ca_bundle,
            adapter=Rehearsal(contract, job.credentials, job.fixtures) if job.rehearse else None,
        )
        self.wire.on_answer = self._cover
        self.uid_prefix = uid_prefix
        self.grounding = self.grounded(job.fixtures, self.spending)
        self._links = links(contract, job.operations)
        self._prober = Prober(
            self.wire,
            job.credentials,
            self.budget,
            prober.plan(self.operations, job.credentials, self.budget.left),
            own=job.own,
            spending=self.spending,
            count=self.result.tally.add_probe,
        )
        self._quotes = Quotes(
            self.wire,
            times=prober.PER_PROBE if job.own else 1,
            spending=self.spending,
            count=self.result.tally.add_probe,
        )
        self._control = requests.Session()
        self._control.trust_env = False
        self._redeemed = 0
        self.watcher = Watcher() if LAWS in job.phases else None
        self._bills: dict[str, Bill] = {}

    def grounded(self, fixtures: Fixtures, spending: Spending | None = None) -> Grounding:
        """The grounding of this run, with some fixtures only and, where nothing is given, no account."""
        return Grounding(
            self.contract,
            fixtures,
            spending or Spending(fixtures, capped=False),
            self.job.credentials,
            seed=self.job.seed,
            uid_prefix=self.uid_prefix,
            own=self.job.own,
            handed_out=self._handed_out,
        )

    def admits(self, case: "Case[Any]") -> bool:
        """Whether a generated case may be sent at all."""
        operation = self._operation(case)
        if operation is not None and self.grounding.lacks_guest(operation):
            # Refused one by one, thousands would be generated in vain.
            raise self._unsendable(operation)
        return operation is None or self.grounding.sendable(operation, case.body)

    def before_call(self, case: "Case[Any]") -> None:
        """Ground the body, set aside what it may spend, and give an ordinary case an ordinary User-Agent."""
        operation = self._operation(case)
        if operation is None:
            return
        if self.job.reset_path and self._redeemed >= RESET_EVERY:
            self._redeemed = 0
            self._control.post(self.job.base_url + self.job.reset_path, timeout=10).raise_for_status()
            if self.watcher:
                self.watcher.forget()
        body = self.grounding.ground(operation, case.body, as_written=_phase(case) == EXAMPLES)
        if not self.grounding.sendable(operation, body):
            # What it needs was there when it was generated, and is spent by now.
            raise self._unsendable(operation)
        self._bills[case.id] = self.spending.reserve(operation, body)
        if body != case.body:
            case.body = body
        drop_unasked(case, operation)
        headers = headers_of(case)
        agent = headers.get(USER_AGENT)
        ours = self.job.credentials.user_agent
        # By the generated value, so that the same case gets the same.
        if ours and (not self.job.own or (agent and len(agent) % STRANGE_AGENTS)):
            headers[USER_AGENT] = ours
        label(case, operation, valid=self.grounding.keeps(operation, case.body))

    def after_call(self, case: "Case[Any]", response: Response) -> None:
        """Count the exchange, settle what it spent, keep what links may carry on, make our own checks."""
        operation = self._operation(case)
        if operation is None:
            return
        phase, sent, status = _phase(case), response.request, response.status_code
        bill = self._bills.pop(case.id, None)
        if UNANSWERED in response.headers:
            if bill:
                self.spending.settle(bill, "unknown")
            if not self.wire.cut_off:
                self.add(judging.no_answer(self.contract, self.exchange(operation, sent, phase)))
            return
        request, answer = parsed(sent.body), parsed(response.content)
        if _too_deep(response.content):
            # Schemathesis' own checks give up on it without a word.
            exchange = self.exchange(operation, sent, phase)
            for finding in judging.shape(self.contract, exchange, answer_of(response)):
                self.add(finding)
        if bill:
            self.spending.settle(bill, settled(operation, status, request, answer))
        outcome = self.result.tally.add(operation, phase, status, request, answer)
        self._redeemed += outcome == "success"
        if outcome == "success":
            self._carry(operation, phase, request, answer)
        # Only where cases are sent one by one: Hypothesis, in the other phases, may send one a second time.
        direct = phase in DIRECT_PHASES
        found = self._prober.judge(operation, sent, status, answer) if direct else []
        quoted = self._quotes.judge(operation, sent, status, answer, repeat=direct)
        for each in [*found, *([quoted] if quoted else [])]:
            self._add(operation, each, answer_of(response))
        if self.watcher:
            for breach in self.watcher.see(operation, sent, request, answer_of(response)):
                self.add(telling.finding(self, breach))

    def send(self, operation: Operation, body: Any) -> requests.Response:
        """Send one request of our own with the job's credentials, settled like any other.

        Raises CapError, WireError, UsageError, and what requests raises without an answer.
        """
        bill = self.spending.reserve(operation, body)
        outcome: Outcome = "unknown"
        try:
            prepared = requests.Request(
                operation.method,
                self.job.base_url + operation.path,
                headers={
                    "Content-Type": "application/json",
                    USER_AGENT: self.job.credentials.user_agent or "",
                },
                data=compact(body),
                auth=PunchhRequestsAuth(self.job.credentials, self.contract),
            ).prepare()
            response = self.wire.send(prepared)
            outcome = settled(operation, response.status_code, body, parsed(response.content))
        finally:
            self.spending.settle(bill, outcome)
        return response

    def add(self, finding: Finding) -> None:
        """Add a finding; with `fail_fast` it is the last thing that the run does."""
        self.result.findings.append(finding)
        if self.job.fail_fast:
            self.wire.stop(FIRST_FINDING)

    def close(self) -> None:
        """Close the accounts of the result, and the connections: nothing is sent after it."""
        self.wire.close()
        self.result.stopped = self.result.stopped or self.wire.stopped
        for bill in self._bills.values():  # grounded, and never sent: the run was stopped
            self.spending.settle(bill, "free")
        self.result.spending = self.spending.rows()
        if FUZZ in self.job.phases:
            for each in [*self._prober.not_run(), *self._quotes.not_run()]:
                self._leave_out(each)
        if self.budget.warning:
            self.result.warnings.append(self.budget.warning)
        self.result.handed_out = sorted(map(str, self._handed_out))

    def _cover(self, sent: requests.PreparedRequest, response: requests.Response) -> None:
        operation = self.contract.find(str(sent.method), sent.path_url.partition("?")[0])
        if operation is not None:
            body = sent.body if isinstance(sent.body, bytes) else None
            self.result.coverage.add(
                operation, str(sent.url), sent.headers, body, response.status_code, response.content
            )

    def _carry(self, operation: Operation, phase: str, request: JsonValue, answer: JsonValue) -> None:
        for name, (source, target, body) in self._links.items():
            for field, expression in body.items():
                if not str(expression).startswith(BODY_POINTER):
                    continue
                if source.id == operation.id and isinstance(answer, dict):
                    value = answer.get(expression.removeprefix(BODY_POINTER))
                    if isinstance(value, str) and value:
                        self._handed_out.add(value)
                elif (
                    target.id == operation.id
                    and isinstance(request, dict)
                    # Anything may stand there, a list too, and a target may take it.
                    and isinstance(request.get(field), str)
                    and request[field] in self._handed_out
                ):
                    self.result.tally.add_form(operation, phase, f"link {name}")

    def _add(self, operation: Operation, found: OwnFinding, judged: Answer) -> None:
        probe = found.check.removeprefix("probe:") if found.check.startswith("probe:") else None
        exchange = self.exchange(operation, found.request, OWN_CHECK, found.wanted, probe)
        answer = answer_of(found.response) if found.response is not None else judged
        self.add(_finding(self.contract, exchange, found, answer))

    def exchange(
        self,
        operation: Operation,
        sent: requests.PreparedRequest,
        phase: str,
        statuses: tuple[int, ...] = (),
        probe: str | None = None,
    ) -> Exchange:
        """A request that was sent, as it may be written down; see `exchanges`."""
        return exchanges.record(
            operation,
            self.redactor,
            url=str(sent.url),
            headers=sent.headers,
            body=sent.body,
            phase=phase,
            seed=self.job.seed,
            statuses=statuses,
            probe=probe,
        )

    def _unsendable(self, operation: Operation) -> UnsendableError:
        self.result.leave_out(operation.id, FURTHER, "their fixtures are spent")
        return UnsendableError(f"{operation.id}: the fixtures of a case are spent")

    def _leave_out(self, each: NotRun) -> None:
        self.result.leave_out(each.operation, each.what, each.why)

    def _operation(self, case: "Case[Any]") -> Operation | None:
        return self.contract.find(case.method, case.path)


_Hook = Callable[[Callable[..., Any]], Callable[..., Any]]


def install(run: Run) -> None:
    """Register everything for one run. Once in a process."""
    # The documented name, which is put there at run time only.
    schemathesis.auth.set_from_requests(  # type: ignore[attr-defined]
        PunchhRequestsAuth(run.job.credentials, run.contract)
    )
    schemathesis.serializer("application/json")(_serialized)

    hook = cast(_Hook, schemathesis.hook)  # pyright: ignore[reportUnknownMemberType]  # it does not say of what

    # The names of these functions and their arguments are Schemathesis'.
    @hook
    def filter_case(context: HookContext, case: "Case[Any]") -> bool:
        return run.admits(case)

    @hook
    def before_call(context: HookContext, case: "Case[Any]", kwargs: dict[str, Any]) -> None:
        run.before_call(case)

    @hook
    def after_call(context: HookContext, case: "Case[Any]", response: Response) -> None:
        run.after_call(case, response)

    @hook
    def filter_failure(context: HookContext, failure: Failure, case: "Case[Any]", response: Response) -> bool:
        # What stands for an answer that never came is none to judge.
        return UNANSWERED not in response.headers


def answer_of(response: Response | requests.Response) -> Answer:
    """An answer as the verdict judges it."""
    headers = {
        name: value[0] if isinstance(value, list) else value for name, value in response.headers.items()
    }
    return Answer(response.status_code, headers, response.content or b"")


def _finding(contract: Contract, exchange: Exchange, found: OwnFinding, answer: Answer) -> Finding:
    if found.status is None:
        return dataclasses.replace(judging.no_answer(contract, exchange), check=found.check)
    match found.check:
        case "quote_committed":
            return judging.quote_committed(contract, exchange, found.status)
        case "quote_changed":
            return judging.quote_changed(contract, exchange, found.status)
        case _:
            pass
    finding = judging.probe(contract, exchange, parsed(found.request.body), answer)
    # The two judges agree; should one be stricter some day, its finding is not lost.
    return finding or judging.probe_unlike(contract, exchange, found.statement, found.status)


def _too_deep(content: bytes | None) -> bool:
    try:
        json.loads(content or b"0")
    except RecursionError:
        return True
    except ValueError:
        return False
    return False


def _budget(job: Job) -> Refusals:
    if job.refusals_file is None:
        return Refusals.unlimited()
    who = hosts.counted(job.base_url)
    return refusals.remembered(job.refusals_file, who, time.time, keep=not job.rehearse)


def _serialized(_: SerializationContext, value: Any) -> bytes:
    """JSON as the vendor signs it: no white space between tokens, UTF-8."""
    return value if isinstance(value, bytes) else compact(value)


def _phase(case: "Case[Any]") -> str:
    return case.meta.phase.name.value if case.meta is not None else EXAMPLES
