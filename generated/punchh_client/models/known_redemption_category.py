from enum import StrEnum


class KnownRedemptionCategory(StrEnum):
    EXPIRED = "expired"
    INVALID = "invalid"
    PROCESSED = "processed"
    REDEEMABLE = "redeemable"
    UNASSIGNED = "unassigned"

    def __str__(self) -> str:
        return str(self.value)
