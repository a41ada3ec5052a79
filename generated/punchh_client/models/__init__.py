"""Contains all the data models used in inputs/outputs"""

from .account_balance import AccountBalance
from .batch_redemption import BatchRedemption
from .batch_redemption_item import BatchRedemptionItem
from .batch_redemption_request import BatchRedemptionRequest
from .channel import Channel
from .checkin_state import CheckinState
from .discount_details import DiscountDetails
from .discount_distribution_item import DiscountDistributionItem
from .error_detail import ErrorDetail
from .error_detail_error import ErrorDetailError
from .error_message import ErrorMessage
from .error_text import ErrorText
from .errors_any import ErrorsAny
from .errors_any_errors_type_1 import ErrorsAnyErrorsType1
from .event_redemption_code import EventRedemptionCode
from .event_user import EventUser
from .force_redeem_order import ForceRedeemOrder
from .force_redeem_request import ForceRedeemRequest
from .forced_redemption import ForcedRedemption
from .known_code_status import KnownCodeStatus
from .known_discount_type import KnownDiscountType
from .known_event_action import KnownEventAction
from .known_event_channel import KnownEventChannel
from .known_pass_owner import KnownPassOwner
from .known_redemption_category import KnownRedemptionCategory
from .known_redemption_code_state import KnownRedemptionCodeState
from .known_redemption_status import KnownRedemptionStatus
from .known_redemption_type import KnownRedemptionType
from .known_user_status import KnownUserStatus
from .line_item import LineItem
from .line_item_selector import LineItemSelector
from .line_item_selector_base_items import LineItemSelectorBaseItems
from .line_item_selector_modifiers import LineItemSelectorModifiers
from .menu_item import MenuItem
from .menu_item_base import MenuItemBase
from .online_card_completion_request import OnlineCardCompletionRequest
from .online_discount_amount_request import OnlineDiscountAmountRequest
from .online_redeemable_request import OnlineRedeemableRequest
from .online_redemption import OnlineRedemption
from .online_redemption_base import OnlineRedemptionBase
from .online_redemption_code_request import OnlineRedemptionCodeRequest
from .online_reward_request import OnlineRewardRequest
from .online_subscription_request import OnlineSubscriptionRequest
from .qualified_item import QualifiedItem
from .qualified_menu_item import QualifiedMenuItem
from .qualifying_conditions import QualifyingConditions
from .qualifying_conditions_aggregator_grouping_attributes import (
    QualifyingConditionsAggregatorGroupingAttributes,
)
from .qualifying_conditions_item_qualifiers_item import (
    QualifyingConditionsItemQualifiersItem,
)
from .qualifying_conditions_line_item_filters_item import (
    QualifyingConditionsLineItemFiltersItem,
)
from .qualifying_conditions_receipt_qualifiers_item import (
    QualifyingConditionsReceiptQualifiersItem,
)
from .redeemed_menu_item import RedeemedMenuItem
from .redemption_code_pass import RedemptionCodePass
from .redemption_payload import RedemptionPayload
from .redemptions_event import RedemptionsEvent
from .subscription_redemption import SubscriptionRedemption
from .subscription_redemption_request import SubscriptionRedemptionRequest

__all__ = (
    "AccountBalance",
    "BatchRedemption",
    "BatchRedemptionItem",
    "BatchRedemptionRequest",
    "Channel",
    "CheckinState",
    "DiscountDetails",
    "DiscountDistributionItem",
    "ErrorDetail",
    "ErrorDetailError",
    "ErrorMessage",
    "ErrorsAny",
    "ErrorsAnyErrorsType1",
    "ErrorText",
    "EventRedemptionCode",
    "EventUser",
    "ForcedRedemption",
    "ForceRedeemOrder",
    "ForceRedeemRequest",
    "KnownCodeStatus",
    "KnownDiscountType",
    "KnownEventAction",
    "KnownEventChannel",
    "KnownPassOwner",
    "KnownRedemptionCategory",
    "KnownRedemptionCodeState",
    "KnownRedemptionStatus",
    "KnownRedemptionType",
    "KnownUserStatus",
    "LineItem",
    "LineItemSelector",
    "LineItemSelectorBaseItems",
    "LineItemSelectorModifiers",
    "MenuItem",
    "MenuItemBase",
    "OnlineCardCompletionRequest",
    "OnlineDiscountAmountRequest",
    "OnlineRedeemableRequest",
    "OnlineRedemption",
    "OnlineRedemptionBase",
    "OnlineRedemptionCodeRequest",
    "OnlineRewardRequest",
    "OnlineSubscriptionRequest",
    "QualifiedItem",
    "QualifiedMenuItem",
    "QualifyingConditions",
    "QualifyingConditionsAggregatorGroupingAttributes",
    "QualifyingConditionsItemQualifiersItem",
    "QualifyingConditionsLineItemFiltersItem",
    "QualifyingConditionsReceiptQualifiersItem",
    "RedeemedMenuItem",
    "RedemptionCodePass",
    "RedemptionPayload",
    "RedemptionsEvent",
    "SubscriptionRedemption",
    "SubscriptionRedemptionRequest",
)
