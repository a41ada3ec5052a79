from enum import StrEnum


class KnownRedemptionStatus(StrEnum):
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FORCE_REDEEMED = "force_redeemed"
    REDEEMABLE = "redeemable"
    REDEEMED = "redeemed"
    TRANSFERRED = "transferred"

    def __str__(self) -> str:
        return str(self.value)
