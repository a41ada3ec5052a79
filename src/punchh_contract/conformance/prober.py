"""Makes the probes of a run: as many as the target's patience allows, and says which were not made and why.

A probe repeats bytes that the target has just let past its door, so that nothing but the fault can be the
reason for the answer: on a target of our own those of a redemption, elsewhere also those of a request that
was refused for what it names, which costs nobody anything.
"""

import collections
import dataclasses
import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import requests

from punchh_contract.auth import Credentials
from punchh_contract.conformance import refusals, tally
from punchh_contract.conformance.endings import DEADLINE
from punchh_contract.conformance.probes import Call, Probe, probes_of
from punchh_contract.conformance.refusals import Refusals
from punchh_contract.conformance.spending import CapError, Outcome, Spending
from punchh_contract.conformance.wire import StoppedError, Wire
from punchh_contract.contract import Operation

PER_PROBE = 3
"""How often one probe is made on a target of our own; elsewhere once."""

Count = Callable[[Operation, str, int], None]
"""Given the operation, the name of the own check and the status of the answer."""
NO_BASE = "no request of this operation got far enough to be repeated with the fault"
MOST_TRIES = 6
CONTROL = "a probed request once more, without the fault"
"""The name of that request, in the tally."""
CANNOT_TELL = "its refusal could have had another reason: the request without the fault was refused alike"
NO_BUDGET = f"at most {refusals.LIMIT} calls in ten minutes may expect 401, 403 or 412, and others had them"
NOTHING_LEFT = (
    "what may be spent of the fixtures is spent, and no refused request came that could be repeated"
)


@dataclasses.dataclass(frozen=True)
class NotRun:
    """An own check that was not made: `what` is its name."""

    operation: str
    what: str
    why: str


@dataclasses.dataclass(frozen=True)
class OwnFinding:
    """What an own check found.

    `check` is `probe:<name>`, `quote_committed` or `quote_changed`. `statement` shows no value. `status` is
    None where no answer came; `wanted` are those that the contract has for it. `response` is None where none
    came, and where it is the one that was judged.
    """

    check: str
    statement: str
    status: int | None
    wanted: tuple[int, ...]
    request: requests.PreparedRequest = dataclasses.field(repr=False)
    response: requests.Response | None = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Plan:
    """Which probes have a place in the budget: (operationId, name) -> how often."""

    due: dict[tuple[str, str], int]
    not_run: tuple[NotRun, ...]


def plan(operations: Sequence[Operation], credentials: Credentials, budget: int | None) -> Plan:
    """Give the budget out, a probe at a time to each operation in turn; None is a target of our own."""
    not_run, waiting = list[NotRun](), collections.deque[tuple[Operation, collections.deque[Probe]]]()
    for operation in operations:
        able: collections.deque[Probe] = collections.deque()
        for probe in probes_of(operation):
            lacking = [name for name in probe.needs if not getattr(credentials, name)]
            if lacking:
                names = ", ".join(f"PUNCHH_{name.upper()}" for name in lacking)
                not_run.append(NotRun(operation.id, probe.name, f"{names} is not given"))
            else:
                able.append(probe)
        waiting.append((operation, able))
    due: dict[tuple[str, str], int] = {}
    while waiting:
        operation, able = waiting.popleft()
        if not able:
            continue
        probe = able.popleft()
        if budget is None or len(due) < budget:
            due[operation.id, probe.name] = PER_PROBE if budget is None else 1
        else:
            not_run.append(NotRun(operation.id, probe.name, NO_BUDGET))
        waiting.append((operation, able))
    return Plan(due, tuple(not_run))


class Prober:
    """Makes the probes of a plan. On a target of our own only requests that redeemed are repeated."""

    def __init__(
        self,
        wire: Wire,
        credentials: Credentials,
        budget: Refusals,
        planned: Plan,
        *,
        own: bool,
        spending: Spending,
        count: Count,
    ) -> None:
        self._wire = wire
        self._credentials = credentials
        self._budget = budget
        self._plan = planned
        self._own = own
        self._spending = spending
        self._count = count
        self._made: collections.Counter[tuple[str, str]] = collections.Counter()
        self._tried: collections.Counter[tuple[str, str]] = collections.Counter()
        self._why: dict[tuple[str, str], str] = {}
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def judge(
        self, operation: Operation, sent: requests.PreparedRequest, status: int, answer: Any
    ) -> list[OwnFinding]:
        """Make the probes that are due with a request and its answer (parsed); returns what was wrong.

        Nothing is made of a request that is no base for them. Raises WireError if the guard refuses one.
        """
        if not self._is_base(operation, sent, status, answer):
            return []
        found: list[OwnFinding] = []
        for probe in probes_of(operation):
            key = operation.id, probe.name
            # Answered so already, the fault would show nothing.
            due = self._made[key] < self._plan.due.get(key, 0) and self._tried[key] < MOST_TRIES
            if due and status not in probe.statuses:
                self._tried[key] += 1
                finding = self._make(operation, probe, sent, status)
                if finding is not None:
                    found.append(finding)
        return found

    def not_run(self) -> list[NotRun]:
        """The probes that were never made, so far."""
        return [
            *self._plan.not_run,
            *(NotRun(*key, self._why.get(key, NO_BASE)) for key in self._plan.due if not self._made[key]),
        ]

    def _is_base(
        self, operation: Operation, sent: requests.PreparedRequest, status: int, answer: Any
    ) -> bool:
        """Whether a request got past signature and credentials, with a body that nothing is wrong with."""
        request = parsed(sent.body)
        outcome = tally.judge(operation, status, request, answer)
        if self._own or outcome == "success":
            return outcome == "success"
        if (
            status in refusals.STATUSES
            or status not in operation.statuses
            or outcome == tally.COMMITTED_QUOTE
        ):
            return False
        if operation.id not in self._validators:
            self._validators[operation.id] = jsonschema_rs.validator_for(
                operation.request_schema, validate_formats=True
            )
        return self._validators[operation.id].is_valid(request)

    def _make(
        self, operation: Operation, probe: Probe, sent: requests.PreparedRequest, status: int
    ) -> OwnFinding | None:
        key = operation.id, probe.name
        request = self._changed(operation, probe, sent)
        try:
            bill = self._spending.reserve(operation, parsed(request.body))
        except CapError:
            self._why[key] = NOTHING_LEFT
            return None
        if not self._budget.take():
            self._spending.settle(bill, "free")
            self._why[key] = NO_BUDGET
            return None
        settlement: Outcome = "free"  # of what is not sent
        try:
            response = self._wire.send(request, expects_refusal=True)
            settlement = settled(
                operation, response.status_code, parsed(request.body), parsed(response.content)
            )
        except StoppedError as error:
            self._why[key] = str(error)
            return None
        except requests.RequestException:
            settlement = "unknown"
            if self._wire.cut_off:
                self._why[key] = DEADLINE
                return None
            self._made[key] += 1
            return OwnFinding(
                f"probe:{probe.name}",
                f"{probe.name}: no answer came",
                None,
                _wanted(operation, probe),
                request,
                None,
            )
        finally:
            self._spending.settle(bill, settlement)
        if self._is_ambiguous(operation, probe, sent, response.status_code):
            self._count(operation, CONTROL, response.status_code)
            self._why[key] = CANNOT_TELL
            return None
        self._made[key] += 1
        self._count(operation, probe.name, response.status_code)
        return _finding(operation, probe, status, response)

    def _is_ambiguous(
        self, operation: Operation, probe: Probe, sent: requests.PreparedRequest, status: int
    ) -> bool:
        """Whether a refusal may have another reason than the fault: what the request names was used up by the
        first one. Then the request without the fault, sent once more, is refused alike.
        """
        if status not in probe.statuses or status in refusals.STATUSES:
            return False
        try:
            bill = self._spending.reserve(operation, parsed(sent.body))
        except CapError:
            return True
        settlement: Outcome = "unknown"
        try:
            control = self._wire.send(sent.copy())
            settlement = settled(operation, control.status_code, parsed(sent.body), parsed(control.content))
        except (StoppedError, requests.RequestException):
            return True
        finally:
            self._spending.settle(bill, settlement)
        self._count(operation, CONTROL, control.status_code)
        return control.status_code == status

    def _changed(
        self, operation: Operation, probe: Probe, sent: requests.PreparedRequest
    ) -> requests.PreparedRequest:
        url = urlsplit(str(sent.url))
        headers = {
            name: _text(value) for name, value in sent.headers.items() if name.lower() != "content-length"
        }
        call = Call(sent.path_url, headers, _bytes(sent.body))
        probe.change(operation, self._credentials, call)
        return requests.Request(
            sent.method, f"{url.scheme}://{url.netloc}{call.path}", headers=call.headers, data=call.body
        ).prepare()


def settled(operation: Operation, status: int, request: Any, answer: Any) -> Outcome:
    """What an answer (parsed) says of the fixtures that its request named.

    Free is only what surely took nothing: a 4xx, and a quote or refusal that keeps to the contract.
    """
    if 400 <= status < 500:
        return "free"
    if not 200 <= status < 300:
        return "unknown"
    schema = operation.response_schema(status)
    known = schema is not None and jsonschema_rs.is_valid(schema, answer)
    return (
        "free"
        if known and tally.judge(operation, status, request, answer) in ("quote", "refusal")
        else "spent"
    )


def parsed(content: Any) -> Any:
    """The JSON of a body, None where there is none."""
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        return None


def _finding(
    operation: Operation, probe: Probe, before: int, response: requests.Response
) -> OwnFinding | None:
    status, wanted = response.status_code, _wanted(operation, probe)
    fault = None
    if status not in wanted:
        fault = (
            f"the same request was answered {before} before; with this fault it must be answered"
            f" {' or '.join(map(str, wanted))}, and was answered {status}"
        )
    elif (schema := operation.response_schema(status)) is not None:
        fault = _broken(schema, status, response.content)
    if fault is None:
        return None
    return OwnFinding(
        f"probe:{probe.name}", f"{probe.name}: {fault}", status, wanted, response.request, response
    )


def _broken(schema: dict[str, Any], status: int, content: bytes) -> str | None:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return f"answered {status} as it must, with a body that is no JSON"
    error = next(iter(jsonschema_rs.validator_for(schema, validate_formats=True).iter_errors(body)), None)
    if error is None:
        return None
    # The place in the schema, whose words are the contract's; the answer's own may be anybody's.
    place = "/".join(map(str, error.schema_path))
    return f"answered {status} as it must, but the body breaks the contract's schema of it at {place}"


def _wanted(operation: Operation, probe: Probe) -> tuple[int, ...]:
    return tuple(sorted(probe.statuses & set(operation.statuses)))


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body or "").encode()


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
