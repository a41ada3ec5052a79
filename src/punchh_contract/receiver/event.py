"""An event as a handler gets it: the generated model, the vendor's bytes, and what both do not say."""

import functools
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from punchh_contract.errors import PunchhContractError
from punchh_contract.receiver.stamps import sent_at, whole
from punchh_contract.receiver.times import moments

if TYPE_CHECKING:
    from punchh_client.models import RedemptionsEvent

__all__ = ["CannotHandleError", "Event"]


class CannotHandleError(PunchhContractError):
    """Raised by a handler to have an event put aside at once instead of trying again.

    Its text is kept as the reason, and shown: let it be a sentence without a guest's data.
    """


@dataclass(frozen=True)
class Event:
    """One event, handed to a handler. Its repr shows ids and no guest's data; the model's own shows all."""

    body: bytes = field(repr=False)
    """As the vendor sent it, byte by byte."""
    entry: int = 0
    """Its number in the inbox."""
    received_at: datetime | None = None
    """When it first came."""
    attempt: int = 1
    """How often it was handed over, this time included. From 2 on, what it asks for may be done already, in
    part or whole: a handler failed, or its process died in the middle."""
    stale: bool = False
    """Whether a newer event of this redemption was handled before."""

    @functools.cached_property
    def document(self) -> dict[str, Any]:
        """The whole JSON object, unknown fields included."""
        value: dict[str, Any] = orjson.loads(self.body.removeprefix(b"\xef\xbb\xbf"))
        return value

    @functools.cached_property
    def model(self) -> "RedemptionsEvent":
        """The generated model; unknown values stay text, unknown fields are its `additional_properties`.

        Times are text in it, as the vendor wrote them; see `times`.
        """
        # Here, since it brings an HTTP client along, which who verifies or judges has no use for.
        from punchh_client.models import RedemptionsEvent

        return RedemptionsEvent.from_dict(self.document)

    @functools.cached_property
    def times(self) -> dict[str, datetime]:
        """Each time in it, in the zone that was written, by JSON pointer: `/payload/updated_at`.

        A text without a zone is none: nobody can say when that is.
        """
        return moments(self.document)

    @property
    def content_id(self) -> str:
        """The vendor's id of the message."""
        return str(self.document["content_id"])

    @property
    def redemption_id(self) -> int:
        """The redemption."""
        number = whole(self.document["payload"]["redemption_id"])
        assert number is not None  # noqa: S101  # what fits the contract has one
        return number

    @property
    def sent_at(self) -> datetime | None:
        """Its `timestamp`, in seconds or milliseconds (C-40), as a time in UTC; None beyond the year 9999."""
        number = whole(self.document["timestamp"])
        return None if number is None else sent_at(number)
