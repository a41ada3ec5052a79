"""Where our run hangs itself into Schemathesis: bytes and signature of a request, its grounding, the tally
and our own checks.

Registration is global in Schemathesis; it happens once, in the process that `runner` starts.
"""

import json
from typing import Any

import requests
import schemathesis
from schemathesis import CheckContext, HookContext, Response
from schemathesis.transport import SerializationContext
from urllib3.util import SKIP_HEADER

from punchh_contract.auth import PunchhRequestsAuth
from punchh_contract.conformance import floors
from punchh_contract.conformance.grounding import Grounding
from punchh_contract.conformance.job import Job
from punchh_contract.conformance.preparation import links
from punchh_contract.conformance.probes import ProbeError, Prober
from punchh_contract.conformance.quotes import Quotes
from punchh_contract.conformance.tally import EXAMPLES, Tally
from punchh_contract.contract import Contract, Operation

Case = schemathesis.Case
USER_AGENT = "User-Agent"
BODY_POINTER = "$response.body#/"

RESET_EVERY = 50
"""Redemptions after which a target of our own is restored; baskets run out first, the sandbox has eighty."""

STRANGE_AGENTS = 12
"""One generated User-Agent in so many stays: only that there is one is certain (C-39)."""

DIRECT_PHASES = frozenset({"examples", "coverage"})


class WireAuth(PunchhRequestsAuth):
    """Our signing, and no header that a case left out on purpose."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if USER_AGENT not in request.headers:
            # urllib3 puts its own name where there is none; then a missing one could never be tested.
            request.headers[USER_AGENT] = SKIP_HEADER
        return super().__call__(request)


class Run:
    """The state of one run, and what it does at each point that Schemathesis offers."""

    def __init__(self, job: Job, contract: Contract) -> None:
        self.job = job
        self.contract = contract
        self.tally = Tally(job.operations)
        self._grounding = Grounding(job.seed, job.fixtures, contract)
        self._links = links(contract, job.operations)
        self._prober = Prober(job.credentials, self.tally.add_probe)
        self._quotes = Quotes(self.tally.add_probe)
        self._control = requests.Session()
        self._control.trust_env = False
        self._redeemed = 0

    def before_call(self, case: "Case[Any]") -> None:
        """Ground the body, and give an ordinary case an ordinary User-Agent."""
        operation = self._operation(case)
        if operation is None:
            return
        if self.job.reset_path and self._redeemed >= RESET_EVERY:
            self._redeemed = 0
            self._control.post(self.job.base_url + self.job.reset_path, timeout=10).raise_for_status()
        body = self._grounding.ground(operation, case.body, as_written=_phase(case) == EXAMPLES)
        if body != case.body:
            case.body = body
        agent = case.headers.get(USER_AGENT)
        # By the generated value, so that the same case gets the same.
        if agent and self.job.credentials.user_agent and len(agent) % STRANGE_AGENTS:
            case.headers[USER_AGENT] = self.job.credentials.user_agent

    def after_call(self, case: "Case[Any]", response: Response) -> None:
        """Count the exchange, and keep what links may carry on."""
        operation = self._operation(case)
        if operation is None:
            return
        phase, request, answer = _phase(case), _json(response.request.body), _json(response.content)
        outcome = self.tally.add(operation, phase, response.status_code, request, answer)
        self._redeemed += outcome == "success"
        if outcome != "success":
            return
        for name, (source, target, body) in self._links.items():
            for field, expression in body.items():
                if not str(expression).startswith(BODY_POINTER):
                    continue
                kept = self._grounding.kept[target.id, field]
                if source.id == operation.id and isinstance(answer, dict):
                    kept.add(answer.get(expression.removeprefix(BODY_POINTER)))
                elif target.id == operation.id and isinstance(request, dict) and request.get(field) in kept:
                    self.tally.add_form(operation, phase, f"link {name}")

    def probe(self, case: "Case[Any]", response: Response) -> None:
        """Send an accepted request again with faults; raises ProbeError for what was answered wrongly."""
        operation = self._operation(case)
        # Only where cases are sent one by one: Hypothesis, in the other phases, may send one a second time.
        if operation is None or _phase(case) not in DIRECT_PHASES or response.status_code >= 300:
            return
        sent = response.request
        if operation.success.holds(response.status_code, _json(sent.body), _json(response.content)):
            findings = self._prober.judge(operation, sent)
            if findings:
                raise ProbeError("\n".join(findings))

    def judge_quote(self, case: "Case[Any]", response: Response) -> None:
        """Raises ProbeError for a quote that took something, as far as its answers show it."""
        operation = self._operation(case)
        if operation is None:
            return
        sent = response.request
        finding = self._quotes.judge(
            operation,
            sent,
            _json(sent.body),
            response.status_code,
            _json(response.content),
            repeat=_phase(case) in DIRECT_PHASES,
        )
        if finding:
            raise ProbeError(finding)

    def _operation(self, case: "Case[Any]") -> Operation | None:
        return self.contract.find(case.method, case.path)


def install(job: Job, contract: Contract) -> Run:
    """Register everything for one run, and return its state. Once in a process."""
    run = Run(job, contract)
    # The documented name, which is put there at run time only.
    schemathesis.auth.set_from_requests(WireAuth(job.credentials, contract))  # type: ignore[attr-defined]
    schemathesis.serializer("application/json")(_compact)

    # The names of these arguments are Schemathesis'.
    @schemathesis.hook
    def before_call(context: HookContext, case: "Case[Any]", kwargs: dict[str, Any]) -> None:
        run.before_call(case)

    @schemathesis.hook
    def after_call(context: HookContext, case: "Case[Any]", response: Response) -> None:
        run.after_call(case, response)

    @schemathesis.check
    def signature_and_credentials_are_required(
        ctx: CheckContext,
        response: Response,
        case: "Case[Any]",
    ) -> None:
        run.probe(case, response)

    @schemathesis.check
    def quotes_take_nothing(
        ctx: CheckContext,
        response: Response,
        case: "Case[Any]",
    ) -> None:
        run.judge_quote(case, response)

    @schemathesis.check
    class floors_are_reached:  # noqa: N801  # reports name a check as it is called here
        def after_run(self, ctx: CheckContext) -> None:
            if found := floors.missed(contract, run.tally):
                raise AssertionError("This run is not enough to be green:\n" + "\n".join(found))

    return run


def _compact(_: SerializationContext, value: Any) -> bytes:
    """JSON as the vendor signs it: no white space between tokens, UTF-8."""
    if isinstance(value, bytes):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _phase(case: "Case[Any]") -> str:
    return case.meta.phase.name.value if case.meta is not None else EXAMPLES


def _json(content: Any) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None
