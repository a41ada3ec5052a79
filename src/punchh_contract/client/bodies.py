"""What the methods of the clients take, as types; for type checkers only, since the models are many."""

from collections.abc import Mapping
from typing import Any

from punchh_client.models import (
    BatchRedemptionRequest,
    ForceRedeemRequest,
    OnlineCardCompletionRequest,
    OnlineDiscountAmountRequest,
    OnlineRedeemableRequest,
    OnlineRedemptionCodeRequest,
    OnlineRewardRequest,
    OnlineSubscriptionRequest,
    SubscriptionRedemptionRequest,
)

__all__ = ["BatchBody", "CodeBody", "Fields", "ForceBody", "OnlineBody", "OnlineModel"]

Fields = Mapping[str, Any]
"""A body as a mapping: the fields of the contract; `Decimal` and aware `datetime` values are fine."""

OnlineModel = (
    OnlineCardCompletionRequest
    | OnlineDiscountAmountRequest
    | OnlineRedeemableRequest
    | OnlineRedemptionCodeRequest
    | OnlineRewardRequest
    | OnlineSubscriptionRequest
)
OnlineBody = OnlineModel | Fields
BatchBody = BatchRedemptionRequest | Fields
ForceBody = ForceRedeemRequest | Fields
CodeBody = SubscriptionRedemptionRequest | Fields
