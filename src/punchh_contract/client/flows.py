"""Quote, then commit: one object carries the receipt, so that an edited one cannot be committed by accident.

`PunchhClient.quote` and `AsyncPunchhClient.quote` end here. A quote sends the request with `query`, which
takes nothing; its `commit` sends the very same request without it, under the same `external_uid`. The vendor
judges the receipt again then (SEED-002, OAS-OO1: documented), so compare what came of it with the quote. It
commits for the guest whose access token quoted, and for no other.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from punchh_contract.client.entry import authority_of
from punchh_contract.client.errors import OutcomeUnknown, PunchhError
from punchh_contract.client.identity import uuid7
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_contract.auth import Credentials
    from punchh_contract.client.prepared import RequestModel
    from punchh_contract.client.results import Result
    from punchh_contract.facts import Operation

__all__ = ["AsyncQuote", "Quote"]

R = TypeVar("R", bound="Result")

# A field that only requests of the operation have -> the operation, and the client's method for it.
_OPERATIONS = {"discount_type": "create_online_redemption", "line_items": "process_batch_redemption"}


See = Callable[["Operation", "Credentials"], None]
"""Is shown the credentials of a call before anything of it is sent; what it raises stops the call."""


class Send(Protocol):
    """What a quote needs of `PunchhClient`: its way to make one call. That of `AsyncPunchhClient` returns an
    awaitable."""

    def __call__(self, operation_id: str, body: dict[str, Any], timeout: float | None, *, see: See) -> Any:
        raise NotImplementedError


class _Quote(Generic[R]):
    """What both kinds of quote are: a frozen request, its guest, its answer, a gate for the commit."""

    def __init__(self, operation_id: str, request: Mapping[str, Any], guest: _Guest, result: R) -> None:
        self._operation_id = operation_id
        self._request = request
        self._guest = guest
        self._result = result
        self._gate = _Gate[R](operation_id)

    @property
    def operation_id(self) -> str:
        """The contract's name of the operation that was quoted and is committed."""
        return self._operation_id

    @property
    def request(self) -> dict[str, Any]:
        """A copy of the body that a commit sends; changing it changes nothing here."""
        return copy.deepcopy(dict(self._request))

    @property
    def result(self) -> R:
        """The answer to the quote, `quoted` or `refused`."""
        return self._result

    @property
    def quoted(self) -> bool:
        """Whether the vendor would redeem, so that there is something to commit."""
        return self._result.quoted

    @property
    def external_uid(self) -> str:
        """The key that quote and commit share: the caller's own, or a UUIDv7 made for this quote."""
        return str(self._request["external_uid"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._operation_id}: {self._result!r}>"

    def _enter(self) -> R | None:
        if not self.quoted:
            refusal = self._result.refusal
            why = f" ({refusal.error_id}: {refusal.advice})" if refusal and refusal.error_id else ""
            raise UsageError(
                f"{self._operation_id}: the vendor refused this quote{why}, so there is nothing to commit:"
                " change the request and quote again"
            )
        return self._gate.enter()


class Quote(_Quote[R]):
    """What the vendor would redeem on a receipt; made by `PunchhClient.quote`.

        quote = client.quote(request)
        if quote.quoted:
            result = quote.commit()

    Threads may share it; one of them commits.
    """

    def __init__(
        self, operation_id: str, request: Mapping[str, Any], guest: _Guest, result: R, send: Send
    ) -> None:
        super().__init__(operation_id, request, guest, result)
        self._send = send

    def commit(self, *, same_guest: bool = False, timeout: float | None = None) -> R:
        """Redeem what was quoted, once, and return the result, `committed` or `refused`.

        The request is the quoted one, whatever became of the object that it was made of. Another call returns
        the first one's result if that redeemed; it sends again only after an answer, or an error, that leaves
        no doubt that nothing was taken. `same_guest=True` says that another access token than the quote's is
        the same guest's, since it was refreshed. `timeout`: seconds for all of it; None is the client's.

        Raises what the client's method for the operation raises; `OutcomeUnknown` also at each later call
        after one (use its `resolve()`); UsageError if the quote was refused, under another access token,
        while another thread commits it, and after a commit that was interrupted.
        """
        if (done := self._enter()) is not None:
            return done
        try:
            result: R = self._send(
                self._operation_id, self.request, timeout, see=self._guest.checked(same=same_guest)
            )
        except BaseException as error:
            self._gate.failed(error)
            raise
        return self._gate.answered(result)


class AsyncQuote(_Quote[R]):
    """What the vendor would redeem on a receipt; made by `AsyncPunchhClient.quote`. See `Quote`."""

    def __init__(
        self, operation_id: str, request: Mapping[str, Any], guest: _Guest, result: R, send: Send
    ) -> None:
        super().__init__(operation_id, request, guest, result)
        self._send = send

    async def commit(self, *, same_guest: bool = False, timeout: float | None = None) -> R:
        """Redeem what was quoted, once; see `Quote.commit`. A cancelled commit counts as interrupted."""
        if (done := self._enter()) is not None:
            return done
        try:
            result: R = await self._send(
                self._operation_id, self.request, timeout, see=self._guest.checked(same=same_guest)
            )
        except BaseException as error:
            self._gate.failed(error)
            raise
        return self._gate.answered(result)


def quote(
    send: Send, request: RequestModel | Mapping[str, Any], *, timeout: float | None = None
) -> Quote[Any]:
    """Ask what `request` would redeem; the body of `PunchhClient.quote`.

    `request` is an online or a batch request, as model or mapping; it is copied. Raises UsageError for a
    request of another operation, which the vendor cannot quote, and for what is no request; and what the
    client's method raises.
    """
    operation_id, frozen = _frozen(request)
    guest = _Guest(operation_id)
    result = send(operation_id, _asked(frozen), timeout, see=guest.noted)
    return Quote(operation_id, frozen, guest, result, send)


async def quote_async(
    send: Send, request: RequestModel | Mapping[str, Any], *, timeout: float | None = None
) -> AsyncQuote[Any]:
    """The same for `AsyncPunchhClient.quote`."""
    operation_id, frozen = _frozen(request)
    guest = _Guest(operation_id)
    result = await send(operation_id, _asked(frozen), timeout, see=guest.noted)
    return AsyncQuote(operation_id, frozen, guest, result, send)


def _frozen(request: RequestModel | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The operation, and a copy of the request as it will be committed."""
    body = _copied(request)
    operation_id = next((each for field, each in _OPERATIONS.items() if field in body), None)
    if operation_id is None:
        raise UsageError(
            "only an online request (it has a `discount_type`) and a batch (it has `line_items`) can be"
            " quoted: the other operations have no `query`, they redeem or issue at once"
        )
    body.pop("query", None)
    if not body.get("external_uid"):
        body["external_uid"] = uuid7()
    return operation_id, body


def _copied(request: RequestModel | Mapping[str, Any]) -> dict[str, Any]:
    # Types do not hold at run time.
    if not isinstance(request, Mapping) and not hasattr(cast("object", request), "to_dict"):
        raise UsageError(
            f"an online or a batch request can be quoted, as model or mapping, not {type(request).__name__}"
        )
    try:
        return copy.deepcopy(dict(request) if isinstance(request, Mapping) else request.to_dict())
    except RecursionError:
        raise UsageError("the request cannot be quoted: it is nested deeper than any that is taken") from None
    except (AttributeError, TypeError, ValueError):
        # Their texts quote values, which may be a guest's.
        raise UsageError(
            "the request cannot be quoted: it holds a value of a type that it does not take"
        ) from None


def _asked(frozen: Mapping[str, Any]) -> dict[str, Any]:
    return {**copy.deepcopy(dict(frozen)), "query": True}


class _Guest:
    """Whose quote it is, by a digest of the access token: a function can give another guest's the next time.

    None stands for no token; the guest is then named in the body, which is frozen.
    """

    def __init__(self, operation_id: str) -> None:
        self._operation_id = operation_id
        self._authority: str | None = None

    def noted(self, operation: Operation, credentials: Credentials) -> None:
        """Take note of who quotes."""
        self._authority = authority_of(operation, credentials)

    def checked(self, *, same: bool) -> See:
        """What refuses any other who commits, unless somebody said that it is the same."""

        def see(operation: Operation, credentials: Credentials) -> None:
            if not same and authority_of(operation, credentials) != self._authority:
                raise UsageError(
                    f"{self._operation_id}: this was quoted under another access token than is given now, and"
                    " would redeem from that one's guest. Nothing was sent: quote again, or say with"
                    " commit(same_guest=True) that the token was only refreshed"
                )

        return see


class _Gate(Generic[R]):
    """Lets one commit through at a time, and none after one that may have redeemed. For any thread."""

    def __init__(self, operation_id: str) -> None:
        self._operation_id = operation_id
        self._lock = threading.Lock()
        self._busy = False
        self._committed: R | None = None
        self._doubt: BaseException | None = None

    def enter(self) -> R | None:
        """Close the gate behind the caller; or return the result of a commit that was made before."""
        with self._lock:
            if self._committed is not None:
                return self._committed
            if isinstance(self._doubt, OutcomeUnknown):
                raise self._doubt
            if self._doubt is not None:
                raise UsageError(
                    f"{self._operation_id}: a commit of this quote was interrupted"
                    f" ({type(self._doubt).__name__}), and may have redeemed: with a journal call"
                    " client.recover() (what it does not list was settled, or never sent), else look the"
                    " guest's account up"
                )
            if self._busy:
                raise UsageError(f"{self._operation_id}: another thread or task is committing this quote")
            self._busy = True
            return None

    def answered(self, result: R) -> R:
        """Open it again unless `result` redeemed."""
        with self._lock:
            self._busy = False
            self._committed = result if result.committed else None
            return result

    def failed(self, error: BaseException) -> None:
        """Open it again if `error` leaves no doubt that nothing was taken."""
        certain = isinstance(error, PunchhError | UsageError) and not isinstance(error, OutcomeUnknown)
        with self._lock:
            self._busy = False
            self._doubt = None if certain else error
