"""What a call can end in besides a result: typed errors that say what happened, what it means, what to do.

`str` and `repr` hold the operation, the status, ids and the contract's own sentences; never a secret, never a
guest's data, and of the vendor's words only what the contract has as a text. The attributes hold the rest.
Every error can be pickled; what is bound to a client (`OutcomeUnknown.resolve`) stays behind.

Which of the vendor's texts is which class stands in `error_table.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from punchh_contract.errors import PunchhContractError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from punchh_contract.client.prepared import Prepared

__all__ = [
    "AnswerError",
    "AuthenticationError",
    "BudgetExceeded",
    "BulkMisuse",
    "CallTimeout",
    "ConnectionFailed",
    "LimitError",
    "LockedBasketError",
    "NotFoundError",
    "OutcomeUnknown",
    "PunchhError",
    "RateLimitedError",
    "RefusalError",
    "ServerError",
    "SignatureError",
    "UndocumentedError",
    "UnexpectedRedirectError",
    "ValidationError",
]


class PunchhError(PunchhContractError):
    """Base of everything that a call raises; catch it, or `AnswerError` for what the vendor answered.

    `summary` is one sentence of ours. `operation_id`, `method`, `path` name the call, `fingerprint` (SHA-256
    of what was sent) and `external_uid` the very request. `status`, `request_id` (`X-Request-Id`), `error_id`
    (the contract's name of a known refusal, see `x-error`), `vendor_message` (the vendor's text as it came:
    may hold a guest's data), `meaning`, `advice` are None where there are none. `retryable`: the same call
    may help later. `raw` is the answer's text, masked and cut; `body` the parsed JSON, unmasked, None if
    there was none. `attempts` counts what was sent.
    """

    def __init__(
        self,
        summary: str,
        *,
        operation_id: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
        request_id: str | None = None,
        error_id: str | None = None,
        vendor_message: str | None = None,
        meaning: str | None = None,
        advice: str | None = None,
        retryable: bool = False,
        raw: str = "",
        body: object = None,
        external_uid: str | None = None,
        fingerprint: str | None = None,
        attempts: int = 0,
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.operation_id = operation_id
        self.method = method
        self.path = path
        self.status = status
        self.request_id = request_id
        self.error_id = error_id
        self.vendor_message = vendor_message
        self.meaning = meaning
        self.advice = advice
        self.retryable = retryable
        self.raw = raw
        self.body = body
        self.external_uid = external_uid
        self.fingerprint = fingerprint
        self.attempts = attempts

    @classmethod
    def about(cls, prepared: Prepared, summary: str, *, attempts: int, **more: Any) -> Self:
        """Build one about a prepared request; `more` are further attributes."""
        return cls(
            summary,
            operation_id=prepared.operation.id,
            method=prepared.operation.method,
            path=prepared.operation.path,
            external_uid=prepared.external_uid,
            fingerprint=prepared.fingerprint,
            attempts=attempts,
            **more,
        )

    def __str__(self) -> str:
        where = f"{self.operation_id} ({self.method} {self.path}): " if self.operation_id else ""
        names = {
            "status": self.status,
            "error": self.error_id,
            "request id": self.request_id,
            "fingerprint": self.fingerprint and self.fingerprint[:12],
            "attempts": self.attempts or None,
        }
        known = ", ".join(f"{name} {value}" for name, value in names.items() if value is not None)
        sentences = [self.summary, self.meaning, self.advice]
        text = " ".join(each for each in sentences if each)
        return f"{where}{text} [{known}]" if known else f"{where}{text}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"


class AnswerError(PunchhError):
    """The vendor answered, and it was no redemption."""


class AuthenticationError(AnswerError):
    """401, 403: a key or token is absent, wrong, ended or of another family. Ten of them in ten minutes block
    the address for an hour (AE-RATE, documented), so do not repeat blindly."""


class SignatureError(AnswerError):
    """412: the digest that was sent is not the one that the vendor computed (DIG-OO, DIG-MOB, documented).

    `diagnosis` is the doctor's finding (`punchh_contract.client.doctor.Diagnosis`), None if it was not asked.
    """

    diagnosis: Any = None

    def __str__(self) -> str:
        return super().__str__() if self.diagnosis is None else f"{super().__str__()}\n{self.diagnosis}"


class ValidationError(AnswerError):
    """400 and other complaints about one field: the request has to be corrected; nothing was debited.

    `field` names the field as the vendor does (`item_name`), `index` the line item (from 0) that it is in.
    """

    def __init__(
        self, summary: str, *, field: str | None = None, index: int | None = None, **more: Any
    ) -> None:
        super().__init__(summary, **more)
        self.field = field
        self.index = index


class NotFoundError(AnswerError):
    """404, 410: no such guest, code or transaction."""


class LockedBasketError(AnswerError):
    """422: another transaction holds the basket under its own `external_uid` (OAS-POS2, documented)."""


class LimitError(AnswerError):
    """422: the guest, or the basket, has reached a limit that the business set (OAS-POS2, documented)."""


class RefusalError(AnswerError):
    """Any other refusal, most of them 422: the guest cannot give, or the offer does not allow, what was
    asked for."""


class RateLimitedError(AnswerError):
    """429: too many calls. `retry_after` is how many seconds the vendor asks to wait, None if it says
    nothing."""

    def __init__(self, summary: str, *, retry_after: float | None = None, **more: Any) -> None:
        super().__init__(summary, **more)
        self.retry_after = retry_after


class ServerError(AnswerError):
    """5xx or 408: the vendor, or something in front of it, failed. Raised by itself only where nothing can
    have been debited; else it is the cause of an `OutcomeUnknown`."""


class UnexpectedRedirectError(AnswerError):
    """3xx: not followed, because a redemption would be sent, with a guest's token, to a place nobody named.

    `location` is where it pointed, without query and fragment, None if it did not say.
    """

    def __init__(self, summary: str, *, location: str | None = None, **more: Any) -> None:
        super().__init__(summary, **more)
        self.location = location


class UndocumentedError(AnswerError):
    """A status or a body that the contract does not know."""


class ConnectionFailed(PunchhError):  # noqa: N818  # says what happened, as TimeoutExpired does
    """No connection, and not a byte of the request was written: nothing happened at the vendor's."""


class CallTimeout(PunchhError):  # noqa: N818  # as above
    """The total time was over before a byte of the request was written: nothing happened at the vendor's."""


class OutcomeUnknown(PunchhError):  # noqa: N818  # no error: nobody knows
    """The request may have reached the vendor, and no answer tells whether it redeemed.

    Do not send it anew by hand. `cause_error` is what stood in the way of knowing, None if nothing came back.
    With an `external_uid`, `resolve()` repeats the very bytes. That the vendor then answers as it did the
    first time is assumed, which is why a client does so by itself only with `trust_external_uid=True`.
    """

    def __init__(self, summary: str, *, cause_error: PunchhError | None = None, **more: Any) -> None:
        super().__init__(summary, **more)
        self.cause_error = cause_error
        self._resolver: Callable[[], Any] | None = None

    @classmethod
    def of(cls, prepared: Prepared, *, cause_error: PunchhError | None = None, attempts: int) -> Self:
        """Build one about a prepared request with the advice that fits it; what the cause knows is carried
        over (status, request id, body).
        """
        advice = (
            "Do not order anew: resolve() repeats the very same request, and external_uid keeps the vendor"
            " from counting it twice (assumed: check it in your environment first)."
            if prepared.keyed
            else "Do not send it again, it could count twice: look the guest's account up first."
        )
        return cls.about(
            prepared,
            "nobody can tell whether it was done: the request may have arrived and no answer says.",
            attempts=attempts,
            cause_error=cause_error,
            advice=advice,
            status=cause_error and cause_error.status,
            request_id=cause_error and cause_error.request_id,
            raw=cause_error.raw if cause_error else "",
            body=cause_error and cause_error.body,
        )

    def bind(self, resolver: Callable[[], Any]) -> Self:
        """Give it the client's way of repeating; returns the error itself. Drivers call it."""
        self._resolver = resolver
        return self

    def resolve(self) -> Any:
        """Send the same bytes once more and return the result (from an async client: an awaitable of it).

        Raises what a call raises, and UsageError if this call may not be repeated or the error came without
        its client.
        """
        if self._resolver is not None:
            return self._resolver()
        if self.external_uid is None:
            raise UsageError(
                f"{self.operation_id} was sent without a key that makes a repetition harmless, so it cannot"
                " be resolved by sending it again: look the guest's account up, or ask PAR's support with the"
                " request's time and id"
            )
        raise UsageError(
            f"this {self.operation_id} error came without its client (it was pickled, perhaps): call"
            " resolve() on the error that the client raised, or client.recover() with a journal"
        )

    def __str__(self) -> str:
        text = super().__str__()
        return text if self.cause_error is None else f"{text}\nbecause: {self.cause_error}"

    def __reduce__(self) -> tuple[Any, ...]:
        # A resolver holds sockets and credentials; neither travels.
        return type(self), (self.summary,), {**self.__dict__, "_resolver": None}


class BudgetExceeded(PunchhError):  # noqa: N818  # as above
    """Our own budget of calls is used up; nothing was sent. `wait`: seconds until there is room again."""

    def __init__(self, summary: str, *, wait: float | None = None, **more: Any) -> None:
        super().__init__(summary, **more)
        self.wait = wait


class BulkMisuse(PunchhError):  # noqa: N818  # as above
    """Force Redeem was about to be used in bulk, which it is not for (SUP-360020892274); nothing was sent."""
