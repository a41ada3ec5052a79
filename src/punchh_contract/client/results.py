"""The results of the four operations, with what their answers hold as Python values.

Amounts are `Decimal`, times are zoned `datetime`s beside the vendor's text in `.body`; a field that drifted
reads as None. See `outcomes.py` for what all four have in common.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from punchh_contract.client import values
from punchh_contract.client.outcomes import Outcome, Refusal, Result

if TYPE_CHECKING:
    from punchh_client.models.batch_redemption import BatchRedemption
    from punchh_client.models.forced_redemption import ForcedRedemption
    from punchh_client.models.online_redemption import OnlineRedemption
    from punchh_client.models.subscription_redemption import SubscriptionRedemption

__all__ = [
    "BatchItem",
    "BatchResult",
    "CodeResult",
    "ForceResult",
    "OnlineResult",
    "Outcome",
    "Refusal",
    "Result",
]


class OnlineResult(Result):
    """What Create Online Redemption answered (SEED-001, OAS-OO1, documented)."""

    @property
    def model(self) -> OnlineRedemption:
        """The generated model; UsageError if the answer drifted too far for it."""
        return self._model("OnlineRedemption")  # type: ignore[no-any-return]  # named by text, imported late

    @property
    def redemption_id(self) -> int | None:
        """The redemption, which a void asks for; None for a quote (assumed)."""
        return values.integer(self.body, "redemption_id")

    @property
    def amount(self) -> Decimal | None:
        """`redemption_amount`: what comes off the order, in dollars."""
        return values.decimal(self.body, "redemption_amount")

    @property
    def category(self) -> str | None:
        """`redeemable`, or the kind of refusal."""
        return values.text(self.body, "category")

    @property
    def message(self) -> str | None:
        """The vendor's `status`: a sentence for people, with a time in the store's own zone and words."""
        return values.text(self.body, "status")

    @property
    def redemption_code(self) -> str | None:
        """The code of the redemption."""
        return values.text(self.body, "redemption_code")


class BatchItem:
    """One item of the guest's basket and what became of it (SEED-002, OAS-POS2, documented)."""

    def __init__(self, body: dict[str, Any], refusal: Refusal | None) -> None:
        self.body = body
        self.refusal = refusal

    def __repr__(self) -> str:
        return f"<BatchItem {'redeemable' if self.refusal is None else f'refused: {self.refusal.error_id}'}>"

    @property
    def redemption_id(self) -> int | None:
        """The redemption; None for most failures."""
        return values.integer(self.body, "redemption_id")

    @property
    def basket_item_id(self) -> int | None:
        """`discount_basket_item_id`."""
        return values.integer(self.body, "discount_basket_item_id")

    @property
    def amount(self) -> Decimal | None:
        """`discount_amount`: what comes off the order, in dollars."""
        return values.decimal(self.body, "discount_amount")

    @property
    def discount_type(self) -> str | None:
        """What was in the basket: `reward`, `redeemable`, …"""
        return values.text(self.body, "discount_type")

    @property
    def discount_id(self) -> str | None:
        """The reward, offer, code or subscription as text; the vendor sends an integer or digits (C-18)."""
        number = values.integer(self.body, "discount_id")
        return values.text(self.body, "discount_id") if number is None else str(number)

    @property
    def messages(self) -> tuple[str, ...]:
        """`message`, which comes as a text, a list of texts or null (C-17)."""
        return values.messages(self.body)

    @property
    def starts_at(self) -> datetime | None:
        """When the offer begins, zoned; the vendor's text is `.body["discount_details"]["start_date_tz"]`."""
        return values.moment(self._details, "start_date_tz")

    @property
    def ends_at(self) -> datetime | None:
        """When the offer ends, zoned; the vendor's text is `.body["discount_details"]["end_date_tz"]`."""
        return values.moment(self._details, "end_date_tz")

    @property
    def _details(self) -> dict[str, Any]:
        details: object = self.body.get("discount_details")
        if values.is_array(details):  # typed a list in the vendor's schema, an object in every sample (C-20)
            details = details[0] if details else None
        return details if values.is_object(details) else {}


class BatchResult(Result):
    """What the batch redemption answered. Committed as soon as one item was: look at both lists."""

    success: tuple[BatchItem, ...] = ()
    """The basket items that were (or in a quote: would be) redeemed."""
    failures: tuple[BatchItem, ...] = ()
    """The basket items that were not, each with its refusal."""

    @property
    def model(self) -> BatchRedemption:
        """The generated model; UsageError if the answer drifted too far for it."""
        return self._model("BatchRedemption")  # type: ignore[no-any-return]  # as above

    @property
    def redemption_ref(self) -> str | None:
        """The whole transaction, which a void asks for."""
        return values.text(self.body, "redemption_ref")

    @property
    def amount(self) -> Decimal:
        """The sum of what `success` takes off the order, in dollars."""
        return sum((each.amount or Decimal(0) for each in self.success), Decimal(0))


class ForceResult(Result):
    """What Force Redeem answered (SEED-000, OAS-PF, documented)."""

    @property
    def model(self) -> ForcedRedemption:
        """The generated model; UsageError if the answer drifted too far for it."""
        return self._model("ForcedRedemption")  # type: ignore[no-any-return]  # as above

    @property
    def redemption_id(self) -> int | None:
        """The redemption."""
        return values.integer(self.body, "redemption_id")

    @property
    def code(self) -> str | None:
        """`redemption_tracking_code`."""
        return values.text(self.body, "redemption_tracking_code")

    @property
    def amount(self) -> Decimal | None:
        """`redeemed_value`: points, visits or dollars that were taken."""
        return values.decimal(self.body, "redeemed_value")

    @property
    def created_at(self) -> datetime | None:
        """When it was made, zoned; None if the vendor's text (`.body["created_at"]`) names no zone."""
        return values.moment(self.body, "created_at")

    @property
    def expiring_at(self) -> datetime | None:
        """When the code ends, zoned; the vendor's text is `.body["expiring_at"]`."""
        return values.moment(self.body, "expiring_at")


class CodeResult(Result):
    """A code for one use of a subscription (SEED-003, OAS-SUB, documented)."""

    @property
    def model(self) -> SubscriptionRedemption:
        """The generated model; UsageError if the answer drifted too far for it."""
        return self._model("SubscriptionRedemption")  # type: ignore[no-any-return]  # as above

    @property
    def redemption_id(self) -> int | None:
        """The redemption that waits to be used."""
        return values.integer(self.body, "redemption_id")

    @property
    def code(self) -> str | None:
        """`redemption_tracking_code`, to show at the till. Whoever has it can use it."""
        return values.text(self.body, "redemption_tracking_code")

    @property
    def created_at(self) -> datetime | None:
        """When it was made, zoned; None if the vendor's text (`.body["created_at"]`) names no zone."""
        return values.moment(self.body, "created_at")

    @property
    def expiring_at(self) -> datetime | None:
        """When the code ends, zoned, ten minutes on in PAR's sample; the text is `.body["expiring_at"]`."""
        return values.moment(self.body, "expiring_at")
