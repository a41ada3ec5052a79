"""`PunchhClient`: the four operations over blocking I/O. It sends and waits; what and when, others decide.

Safe to share between threads, and a process that was forked makes connections of its own.
"""

from __future__ import annotations

import copy
import functools
import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack, overload

import httpx

from punchh_contract.client import logs
from punchh_contract.client.answer import Answer
from punchh_contract.client.attempt import attempting
from punchh_contract.client.calls import Held, Progress, Repeat, world
from punchh_contract.client.connections import Connections
from punchh_contract.client.conversation import Conversation, Wait, converse
from punchh_contract.client.core import Core
from punchh_contract.client.decoding import Body
from punchh_contract.client.entry import Intent
from punchh_contract.client.errors import OutcomeUnknown, PunchhError
from punchh_contract.client.faults import Fault
from punchh_contract.client.options import Options
from punchh_contract.client.outcomes import Result
from punchh_contract.client.prepared import Prepared, RequestModel
from punchh_contract.client.settings import Settings
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_client.models import BatchRedemptionRequest

    from punchh_contract.auth import Credentials
    from punchh_contract.client.bodies import BatchBody, CodeBody, Fields, ForceBody, OnlineBody, OnlineModel
    from punchh_contract.client.budget import Forecast
    from punchh_contract.client.entry import Entry, Place
    from punchh_contract.client.flows import Quote, See
    from punchh_contract.client.recovery import Recovered, SameGuest
    from punchh_contract.client.results import BatchResult, CodeResult, ForceResult, OnlineResult
    from punchh_contract.contract import Operation

__all__ = ["PunchhClient"]


class PunchhClient:
    """Redeems, and never twice.

        from punchh_contract import PunchhClient

        with PunchhClient(base_url="https://SERVER_NAME.punchh.com") as client:
            result = client.create_online_redemption(order)
            if result.committed:
                print(result.redemption_id, result.amount)

    Options (see `Options`) come as arguments or from the `PUNCHH_*` variables of `environ` (`os.environ`).
    `transport` replaces the connections, `http_client` the whole httpx client: it is used as it is and left
    open, but for its cookies, its auth and its following of redirects, which no call of ours uses.

    Every method raises a `PunchhError` (see `punchh_contract.client.errors`), and UsageError for what can be
    told before anything is sent. `OutcomeUnknown` is the one to handle by name: something may have been
    taken.
    """

    def __init__(
        self,
        *,
        http_client: httpx.Client | None = None,
        transport: httpx.BaseTransport | None = None,
        environ: Mapping[str, str] | None = None,
        **options: Unpack[Options],
    ) -> None:
        environ = os.environ if environ is None else environ
        if http_client is not None and transport is not None:
            raise UsageError("pass http_client or transport, not both: a client has a transport of its own")
        logs.set_up(environ)
        self._core = Core(Settings.read(environ, options))
        self._http = Connections(self._core.base_url, http_client, transport)
        self._copied = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._core.settings!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections, journal and budget; of a copy only what it does not share with its original."""
        self._core.belongings.close()
        if not self._copied:
            self._http.close()

    def with_options(self, **options: Unpack[Options]) -> Self:
        """Return a copy that differs in these options; this client stays as it is.

        The copy shares the connections, and journal and budget where nothing about them changed: close the
        original last. Raises UsageError as the constructor does.
        """
        clone = copy.copy(self)
        vars(clone).update(_core=self._core.changed(options), _copied=True)
        return clone

    def create_online_redemption(self, body: OnlineBody, *, timeout: float | None = None) -> OnlineResult:
        """Redeem one discount on an online order, or with `query: True` ask what it would bring.

            result = client.create_online_redemption({
                "discount_type": "reward", "reward_id": 70001, "store_number": "401",
                "receipt_amount": 21.72, "subtotal_amount": 21.72, "transaction_no": "5678",
                "receipt_datetime": "2026-03-02T18:05:01Z",
            })

        `client` is filled in, and an `external_uid` (UUIDv7) is minted where there is none. `timeout`:
        seconds for all of it. A refusal is a result too: `result.refused`, `result.refusal`.
        """
        return self._call("create_online_redemption", body, timeout)  # type: ignore[return-value]  # by operation

    def process_batch_redemption(self, body: BatchBody, *, timeout: float | None = None) -> BatchResult:
        """Redeem what lies in a guest's basket, at a till, or with `query: True` ask what it would bring.

            result = client.process_batch_redemption({
                "user_id": 10001, "receipt_amount": 12.5, "subtotal_amount": 12.5,
                "receipt_datetime": "2026-03-02T18:05:01+05:30",
                "line_items": [{"item_name": "Demo Burger", "item_qty": 1, "amount": 12.5, "item_type": "M",
                                "item_id": 901, "item_family": "800", "item_group": "152",
                                "serial_number": 1.0}],
            })
            for item in result.failures:
                print(item.messages)

        An `external_uid` is minted where there is none. Some items can be redeemed and others refused: look
        at `result.success` and `result.failures`.
        """
        return self._call("process_batch_redemption", body, timeout)  # type: ignore[return-value]  # as above

    def force_redeem(self, body: ForceBody, *, timeout: float | None = None) -> ForceResult:
        """Redeem for a guest past the usual checks: for single cases of support.

            client.force_redeem({"user_id": 10001, "redemption": {"requested_punches": 5,
                                                                  "force_message": "Order 5678 was lost"}})

        Never sent again once a byte of it was written: look the guest up after an `OutcomeUnknown`. Counted
        against the contract's limits; raises `BudgetExceeded` and `BulkMisuse` before anything is sent.
        """
        return self._call("force_redeem", body, timeout)  # type: ignore[return-value]  # as above

    def create_subscription_redemption_code(
        self, body: CodeBody, *, timeout: float | None = None
    ) -> CodeResult:
        """Make a short-lived code for one of the guest's subscriptions.

            code = client.create_subscription_redemption_code({"subscription_id": "23"})
            print(code.code, code.expiring_at)

        `client` is filled in. Never sent again once a byte of it was written: each call makes another code.
        """
        return self._call("create_subscription_redemption_code", body, timeout)  # type: ignore[return-value]

    @overload
    def quote(self, request: OnlineModel, *, timeout: float | None = None) -> Quote[OnlineResult]: ...
    @overload
    def quote(
        self, request: BatchRedemptionRequest, *, timeout: float | None = None
    ) -> Quote[BatchResult]: ...
    @overload
    def quote(self, request: Fields, *, timeout: float | None = None) -> Quote[Any]: ...
    def quote(self, request: RequestModel | Fields, *, timeout: float | None = None) -> Quote[Any]:
        """Ask what an online order or a batch would bring; `commit()` of what comes back redeems just that.

            quote = client.quote(order)
            if quote.quoted and ask_the_guest(quote.result.amount):
                result = quote.commit()

        Raises as a call does, and UsageError for a request that cannot be quoted.
        """
        from punchh_contract.client.flows import quote

        return quote(self._call, request, timeout=timeout)

    def resolve(
        self, unknown: OutcomeUnknown, *, same_guest: bool = False, timeout: float | None = None
    ) -> Any:
        """Send the very bytes of an unknown outcome once more, and return the result.

        Needs `trust_external_uid=True`, and an operation with that key. The credentials are those of the
        first try; `same_guest=True` says that this client's speak for the same guest and are to be used,
        since a token was refreshed. Raises as a call does: `OutcomeUnknown` again where even that brought no
        redemption, since a refusal now can be the echo of a first success.
        """
        return self._resolve(Repeat.of(unknown), timeout, renew=same_guest)

    def recover(self, *, same_guest: SameGuest | None = None) -> list[Recovered]:
        """Find out what became of the calls that a crash or a lost answer left open in the journal.

        Calls with a key are sent again, byte for byte, with `trust_external_uid=True`; the others are
        reported. `same_guest` says of an entry under another access token whether it was this guest's. Raises
        UsageError without a journal.
        """
        from punchh_contract.client.journal import authority_of
        from punchh_contract.client.recovery import recover

        core, journal = self._core, self._core.belongings.journal
        if journal is None:
            raise UsageError("recover() reads the journal: create the client with journal='redemptions.db'")

        @functools.cache  # one answer of each function: who is asked about must be who is then spoken for
        def credentials(name: str) -> Credentials:
            return core.settings.credentials(core.operation(name))

        def repeat(entry: Entry) -> Result:
            prepared = core.reopened(entry)
            held = core.found(prepared.operation, credentials(entry.operation_id))
            return self._run(prepared, held, core.deadline(None), doubtful=True)

        def authority(operation: Operation) -> str | None:
            return authority_of(operation, credentials(operation.id))

        return recover(
            journal,
            repeat,
            contract=core.contract,
            trust_external_uid=core.settings.trust_external_uid,
            authority=authority,
            same_guest=same_guest,
        )

    def forecast(self, calls: int) -> Forecast:
        """Say what a batch of so many Force Redeems would meet: seconds, and whether it fits into the day.

        Nothing is counted or sent. Raises UsageError where the budget is off.
        """
        return self._core.forecast(calls)

    def _held(self, operation: Operation) -> Held:
        core = self._core
        return core.held(operation) or core.found(operation, core.settings.credentials(operation))

    def _call(
        self, operation_id: str, body: RequestModel | Fields, timeout: float | None, *, see: See | None = None
    ) -> Result:
        core = self._core
        operation = core.operation(operation_id)
        deadline = core.deadline(timeout)
        held = self._held(operation)
        if see is not None:
            see(operation, held.credentials)
        prepared = core.prepared(operation, body, held)
        core.count(operation, deadline)
        return self._run(prepared, held, deadline)

    def _resolve(self, repeat: Repeat, timeout: float | None = None, *, renew: bool = False) -> Result:
        self._core.check(repeat)
        deadline = self._core.deadline(timeout)
        held = self._held(repeat.prepared.operation) if renew else repeat.held
        return self._run(repeat.prepared, held, deadline, place=repeat.place, doubtful=True)

    def _run(
        self,
        prepared: Prepared,
        held: Held,
        deadline: float,
        *,
        place: Place | None = None,
        doubtful: bool = False,
    ) -> Result:
        core, progress, intent = self._core, Progress(written=doubtful), Intent(place)
        try:
            if not doubtful:
                core.begin(prepared, held, intent, deadline)
            talk = converse(prepared, core.policy(deadline, doubtful=doubtful), world())
            result = self._drive(talk, held, deadline, progress)
        except BaseException as error:
            core.settle(intent.place, error, progress, deadline)
            if isinstance(error, PunchhError):
                core.explain(error, prepared, held, intent.place, progress, self._resolve)
            raise
        core.settle(intent.place, result, progress, deadline)
        return result

    def _drive(self, talk: Conversation, held: Held, deadline: float, progress: Progress) -> Result:
        event: Answer | Fault | None = None
        while True:
            try:
                step = talk.send(event)
            except StopIteration as end:
                result: Result = end.value
                return result
            try:
                if isinstance(step, Wait):
                    time.sleep(step.seconds)
                    event = None
                else:
                    start = time.monotonic()
                    event = self._exchange(step.prepared, step.number, held, deadline, progress)
                    logs.received(step.prepared, step.number, event, time.monotonic() - start)
            except Exception as error:
                talk.throw(error)  # raises it, or the doubt that an attempt before it left
                raise

    def _exchange(
        self, prepared: Prepared, number: int, held: Held, deadline: float, progress: Progress
    ) -> Answer | Fault:
        """Send once, and read to the end."""
        self._http.check()
        with attempting(deadline) as attempt:
            left = attempt.left()
            if left <= 0:
                return Fault("timeout", written=False)
            request = self._core.request(prepared, held, left)
            progress.headers = request.headers
            logs.sent(prepared, number, request.headers)
            progress.attempt = attempt
            try:
                response = self._http.send(request)
                try:
                    body = Body(response)
                    for part in (response.content,) if body.whole else response.iter_raw():
                        if not body.add(part):
                            return progress.seen(Fault("too_large", written=True))
                        if attempt.left() <= 0:
                            return progress.seen(Fault("timeout", written=True))
                finally:
                    response.close()
            except Exception as error:  # whatever a brought transport raises
                if not isinstance(error, httpx.RequestError):
                    self._http.renew()  # a signal's handler, say
                return progress.seen(attempt.fault(error))
            except BaseException:
                progress.written |= attempt.written or not attempt.watched
                self._http.renew()
                raise
            return progress.seen(Answer(response.status_code, response.headers, bytes(body)))
