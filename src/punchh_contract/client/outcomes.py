"""What a call that was answered as the contract says came to: committed, quoted or refused.

A 200 may be a refusal, so the outcome is part of the type: exactly one of `.committed`, `.quoted`, `.refused`
is true. Accessors read what is there and give None for what is absent or of another type than the contract's:
a committed redemption stays one although a field of its answer drifted; `.drift` tells which. A repr shows
outcome and ids, no content.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from punchh_contract.client.error_table import SAYS, TABLE
from punchh_contract.client.errors import RefusalError
from punchh_contract.client.masking import masked_json
from punchh_contract.errors import UsageError

if TYPE_CHECKING:
    from punchh_contract.client.prepared import Prepared

__all__ = ["Outcome", "Refusal", "Result"]

Outcome = Literal["committed", "quoted", "refused"]


@dataclass(frozen=True)
class Refusal:
    """Why nothing was redeemed. `text` is the vendor's, as it came (it can hold a guest's data, so the repr
    leaves it out); the rest is the contract's `x-error`, None where it does not know the text.
    """

    error_id: str | None
    text: str = field(repr=False)
    meaning: str | None = None
    advice: str | None = None
    retryable: bool = False


class Result:
    """Base of the four in `results.py`; `body` is the parsed answer, `status` and `request_id` as they came.

    `external_uid` and `fingerprint` are those of the request; `refusal` is None unless refused; `attempts`
    counts what was sent.
    """

    def __init__(
        self,
        prepared: Prepared,
        outcome: Outcome,
        body: dict[str, Any],
        *,
        status: int,
        request_id: str | None,
        refusal: Refusal | None = None,
        attempts: int = 1,
    ) -> None:
        self._prepared = prepared
        self.outcome: Outcome = outcome
        self.body = body
        self.status = status
        self.request_id = request_id
        self.refusal = refusal
        self.attempts = attempts

    @property
    def committed(self) -> bool:
        """Something was debited or issued (`x-success`)."""
        return self.outcome == "committed"

    @property
    def quoted(self) -> bool:
        """It was a dry run, and a commit of the same would be honored now."""
        return self.outcome == "quoted"

    @property
    def refused(self) -> bool:
        """Nothing was taken; `refusal` says why."""
        return self.outcome == "refused"

    @property
    def external_uid(self) -> str | None:
        """The key that the request carried, if any."""
        return self._prepared.external_uid

    @property
    def fingerprint(self) -> str:
        """SHA-256 over method, address and body of the request."""
        return self._prepared.fingerprint

    @property
    def model(self) -> Any:
        """The answer as the generated model of its operation; each result says which. Made when asked for.

        Raises UsageError if the answer drifted too far for it.
        """
        raise UsageError(f"{self._prepared.operation.id} has no model: read `.body`")

    @functools.cached_property
    def drift(self) -> tuple[str, ...]:
        """Where the answer is not as the contract says: `/redemption_amount: type`; empty when it is."""
        schema = self._prepared.operation.response_schema(self.status)
        if schema is None:
            return ()
        import jsonschema_rs  # a validator for few: who asks pays for it

        errors = jsonschema_rs.validator_for(schema).iter_errors(self.body)
        found = (f"/{'/'.join(map(str, each.instance_path))}: {each.schema_path[-1]}" for each in errors)
        return tuple(dict.fromkeys(found))

    def raise_for_refusal(self) -> Self:
        """Return the result itself, or raise a refusal as the error that the contract has for its text."""
        if self.refusal is None:
            return self
        kind = TABLE.get((self.status, self.refusal.error_id or ""), RefusalError)
        raise kind.about(
            self._prepared,
            SAYS[kind],
            attempts=self.attempts,
            status=self.status,
            request_id=self.request_id,
            error_id=self.refusal.error_id,
            vendor_message=self.refusal.text,
            meaning=self.refusal.meaning,
            advice=self.refusal.advice,
            retryable=self.refusal.retryable,
            raw=masked_json(self._prepared.operation, self.body),
            body=self.body,
        )

    def __repr__(self) -> str:
        about = f"{type(self).__name__} {self.outcome}: {self._prepared.operation.id}, status {self.status}"
        if self.refusal is not None:
            about += f", refusal {self.refusal.error_id}"
        return f"<{about}, request id {self.request_id}, fingerprint {self.fingerprint[:12]}>"

    def _model(self, name: str) -> Any:
        import punchh_client.models

        try:
            return getattr(punchh_client.models, name).from_dict(self.body)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UsageError(
                f"this answer of {self._prepared.operation.id} does not fit the contract's {name}: read"
                " `.body`, and `.drift` for what differs"
            ) from None
