from enum import StrEnum


class KnownDiscountType(StrEnum):
    CARD_COMPLETION = "card_completion"
    DISCOUNT_AMOUNT = "discount_amount"
    FUEL_REWARD = "fuel_reward"
    REDEEMABLE = "redeemable"
    REDEMPTION_CODE = "redemption_code"
    REWARD = "reward"
    SUBSCRIPTION = "subscription"

    def __str__(self) -> str:
        return str(self.value)
