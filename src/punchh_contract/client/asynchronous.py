"""`AsyncPunchhClient`: the four operations for asyncio. It sends and waits; what and when, others decide."""

from __future__ import annotations

import asyncio
import copy
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
from punchh_contract.client.connections import AsyncConnections
from punchh_contract.client.conversation import Conversation, Wait, converse
from punchh_contract.client.core import Core
from punchh_contract.client.decoding import Body
from punchh_contract.client.entry import Intent
from punchh_contract.client.errors import CallTimeout, OutcomeUnknown, PunchhError
from punchh_contract.client.faults import Fault
from punchh_contract.client.options import AsyncOptions
from punchh_contract.client.outcomes import Result
from punchh_contract.client.prepared import Prepared, RequestModel
from punchh_contract.client.settings import Settings
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_client.models import BatchRedemptionRequest

    from punchh_contract.client.bodies import BatchBody, CodeBody, Fields, ForceBody, OnlineBody, OnlineModel
    from punchh_contract.client.budget import Forecast
    from punchh_contract.client.entry import Entry, Place
    from punchh_contract.client.flows import AsyncQuote, See
    from punchh_contract.client.recovery import Recovered, SameGuest
    from punchh_contract.client.results import BatchResult, CodeResult, ForceResult, OnlineResult
    from punchh_contract.contract import Operation

__all__ = ["AsyncPunchhClient"]


class AsyncPunchhClient:
    """Redeems, and never twice; `PunchhClient` for asyncio.

        async with AsyncPunchhClient(base_url="https://SERVER_NAME.punchh.com") as client:
            result = await client.create_online_redemption(order)

    Options, errors and results are those of `PunchhClient`; functions that return credentials may be
    coroutine functions. One object belongs to one event loop. A call that is cancelled may have redeemed:
    with a journal, `recover()` finds out.
    """

    def __init__(
        self,
        *,
        http_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        environ: Mapping[str, str] | None = None,
        **options: Unpack[AsyncOptions],
    ) -> None:
        environ = os.environ if environ is None else environ
        if http_client is not None and transport is not None:
            raise UsageError("pass http_client or transport, not both: a client has a transport of its own")
        logs.set_up(environ)
        self._core = Core(Settings.read(environ, options))
        self._http = AsyncConnections(self._core.base_url, http_client, transport)
        self._copied = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._core.settings!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close connections, journal and budget; of a copy only what it does not share with its original."""
        self._core.belongings.close()
        if not self._copied:
            await self._http.close()

    def with_options(self, **options: Unpack[AsyncOptions]) -> Self:
        """Return a copy that differs in these options; see `PunchhClient.with_options`."""
        clone = copy.copy(self)
        vars(clone).update(_core=self._core.changed(options), _copied=True)
        return clone

    async def create_online_redemption(
        self, body: OnlineBody, *, timeout: float | None = None
    ) -> OnlineResult:
        """Redeem one discount on an online order, or with `query: True` ask what it would bring.

            result = await client.create_online_redemption({
                "discount_type": "reward", "reward_id": 70001, "store_number": "401",
                "receipt_amount": 21.72, "subtotal_amount": 21.72, "transaction_no": "5678",
                "receipt_datetime": "2026-03-02T18:05:01Z",
            })

        See `PunchhClient.create_online_redemption`.
        """
        return await self._call("create_online_redemption", body, timeout)  # type: ignore[return-value]  # by operation

    async def process_batch_redemption(self, body: BatchBody, *, timeout: float | None = None) -> BatchResult:
        """Redeem what lies in a guest's basket, at a till, or with `query: True` ask what it would bring.

            result = await client.process_batch_redemption(batch)
            for item in result.failures:
                print(item.messages)

        See `PunchhClient.process_batch_redemption`.
        """
        return await self._call("process_batch_redemption", body, timeout)  # type: ignore[return-value]  # as above

    async def force_redeem(self, body: ForceBody, *, timeout: float | None = None) -> ForceResult:
        """Redeem for a guest past the usual checks: for single cases of support.

            await client.force_redeem({"user_id": 10001, "redemption": {"requested_punches": 5,
                                                                        "force_message": "Order was lost"}})

        See `PunchhClient.force_redeem`.
        """
        return await self._call("force_redeem", body, timeout)  # type: ignore[return-value]  # as above

    async def create_subscription_redemption_code(
        self, body: CodeBody, *, timeout: float | None = None
    ) -> CodeResult:
        """Make a short-lived code for one of the guest's subscriptions.

            code = await client.create_subscription_redemption_code({"subscription_id": "23"})

        See `PunchhClient.create_subscription_redemption_code`.
        """
        return await self._call("create_subscription_redemption_code", body, timeout)  # type: ignore[return-value]

    @overload
    async def quote(
        self, request: OnlineModel, *, timeout: float | None = None
    ) -> AsyncQuote[OnlineResult]: ...
    @overload
    async def quote(
        self, request: BatchRedemptionRequest, *, timeout: float | None = None
    ) -> AsyncQuote[BatchResult]: ...
    @overload
    async def quote(self, request: Fields, *, timeout: float | None = None) -> AsyncQuote[Any]: ...
    async def quote(self, request: RequestModel | Fields, *, timeout: float | None = None) -> AsyncQuote[Any]:
        """Ask what an online order or a batch would bring; `commit()` of what comes back redeems just that.

            quote = await client.quote(order)
            if quote.quoted:
                result = await quote.commit()

        See `PunchhClient.quote`.
        """
        from punchh_contract.client.flows import quote_async

        return await quote_async(self._call, request, timeout=timeout)

    async def resolve(
        self, unknown: OutcomeUnknown, *, same_guest: bool = False, timeout: float | None = None
    ) -> Any:
        """Send the very bytes of an unknown outcome once more; see `PunchhClient.resolve`."""
        return await self._resolve(Repeat.of(unknown), timeout, renew=same_guest)

    async def recover(self, *, same_guest: SameGuest | None = None) -> list[Recovered]:
        """Find out what became of the calls that a crash or a lost answer left open in the journal; see
        `PunchhClient.recover`.
        """
        from punchh_contract.client.journal import authority_of
        from punchh_contract.client.recovery import recover_async

        core, journal = self._core, self._core.belongings.journal
        if journal is None:
            raise UsageError("recover() reads the journal: create the client with journal='redemptions.db'")
        # Asked for before, since recovery compares them without awaiting; and who is asked about must be who
        # is then spoken for.
        credentials = {
            operation.id: await core.settings.credentials_async(operation)
            for operation in core.contract.operations.values()
            if operation.retry.safe == "with-key"
        }

        async def repeat(entry: Entry) -> Result:
            prepared = core.reopened(entry)
            held = core.found(prepared.operation, credentials[entry.operation_id])
            return await self._run(prepared, held, core.deadline(None), doubtful=True)

        def authority(operation: Operation) -> str | None:
            return authority_of(operation, credentials[operation.id])

        return await recover_async(
            journal,
            repeat,
            contract=core.contract,
            trust_external_uid=core.settings.trust_external_uid,
            authority=authority,
            same_guest=same_guest,
        )

    def forecast(self, calls: int) -> Forecast:
        """Say what a batch of so many Force Redeems would meet; see `PunchhClient.forecast`."""
        return self._core.forecast(calls)

    async def _held(self, operation: Operation) -> Held:
        core = self._core
        return core.held(operation) or core.found(operation, await core.settings.credentials_async(operation))

    async def _call(
        self, operation_id: str, body: RequestModel | Fields, timeout: float | None, *, see: See | None = None
    ) -> Result:
        core = self._core
        operation = core.operation(operation_id)
        deadline = core.deadline(timeout)
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                held = await self._held(operation)
        except TimeoutError as error:
            raise CallTimeout(
                "Time was over before the credentials were there: nothing was sent.",
                operation_id=operation.id,
                method=operation.method,
                path=operation.path,
                retryable=True,
            ) from error
        if see is not None:
            see(operation, held.credentials)
        prepared = core.prepared(operation, body, held)
        if operation.rate_limit is not None and core.belongings.budget is not None:
            await asyncio.to_thread(core.count, operation, deadline)
        return await self._run(prepared, held, deadline)

    async def _begin(self, prepared: Prepared, held: Held, intent: Intent, deadline: float) -> None:
        core = self._core
        if core.belongings.journal is None or not prepared.committing:
            return
        writing = asyncio.ensure_future(asyncio.to_thread(core.begin, prepared, held, intent, deadline))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            # The thread goes on: it gives up, or takes back what nobody will follow, whoever waits for it.
            intent.abandoned = True
            await asyncio.wait([writing])
            raise
        finally:
            # What it raised after another cancellation nobody asks for.
            writing.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _resolve(self, repeat: Repeat, timeout: float | None = None, *, renew: bool = False) -> Result:
        self._core.check(repeat)
        deadline = self._core.deadline(timeout)
        held = await self._held(repeat.prepared.operation) if renew else repeat.held
        return await self._run(repeat.prepared, held, deadline, place=repeat.place, doubtful=True)

    async def _run(
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
                await self._begin(prepared, held, intent, deadline)
            talk = converse(prepared, core.policy(deadline, doubtful=doubtful), world())
            result = await self._drive(talk, held, deadline, progress)
        except Exception as error:
            await self._settle(intent.place, error, progress, deadline)
            if isinstance(error, PunchhError):
                core.explain(error, prepared, held, intent.place, progress, self._resolve)
            raise
        except BaseException as error:
            # Cancelled, say: nothing more is awaited, and the loop is not held up.
            core.settle(intent.place, error, progress)
            raise
        await self._settle(intent.place, result, progress, deadline)
        return result

    async def _settle(
        self, place: Place | None, outcome: Result | Exception, progress: Progress, deadline: float
    ) -> None:
        if place is None:
            return
        try:
            await asyncio.to_thread(self._core.settle, place, outcome, progress, deadline)
        except asyncio.CancelledError:
            # The thread may not have come to it.
            self._core.settle(place, outcome, progress)
            raise

    async def _drive(self, talk: Conversation, held: Held, deadline: float, progress: Progress) -> Result:
        event: Answer | Fault | None = None
        while True:
            try:
                step = talk.send(event)
            except StopIteration as end:
                result: Result = end.value
                return result
            try:
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                    event = None
                else:
                    start = time.monotonic()
                    event = await self._exchange(step.prepared, step.number, held, deadline, progress)
                    logs.received(step.prepared, step.number, event, time.monotonic() - start)
            except Exception as error:
                talk.throw(error)  # raises it, or the doubt that an attempt before it left
                raise

    async def _exchange(
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
                async with asyncio.timeout(left):
                    response = await self._http.send(request)
                    try:
                        body = Body(response)
                        fits = not body.whole or body.add(response.content)
                        if not body.whole:
                            async for part in response.aiter_raw():
                                if not (fits := body.add(part)):
                                    break
                        if not fits:
                            return progress.seen(Fault("too_large", written=True))
                    finally:
                        await response.aclose()
            except Exception as error:  # whatever a brought transport raises
                return progress.seen(attempt.fault(error))
            except BaseException:
                progress.written |= attempt.written or not attempt.watched
                raise
            return progress.seen(Answer(response.status_code, response.headers, bytes(body)))
