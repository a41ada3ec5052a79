from enum import StrEnum


class KnownRedemptionCodeState(StrEnum):
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    HONORED = "honored"
    HONOURED = "honoured"
    PROCESSED = "processed"
    REDEEMABLE = "redeemable"

    def __str__(self) -> str:
        return str(self.value)
