from enum import StrEnum


class KnownRedemptionType(StrEnum):
    BANKEDREWARDREDEMPTION = "BankedRewardRedemption"
    CARDREDEMPTION = "CardRedemption"
    FUELREWARDREDEMPTION = "FuelRewardRedemption"
    REDEEMABLEREDEMPTION = "RedeemableRedemption"
    REDEMPTION = "Redemption"
    REWARDREDEMPTION = "RewardRedemption"
    SUBSCRIPTIONREDEMPTION = "SubscriptionRedemption"
    UNBANKEDPOINTREDEMPTION = "UnbankedPointRedemption"

    def __str__(self) -> str:
        return str(self.value)
