from enum import StrEnum


class KnownCodeStatus(StrEnum):
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PROCESSED = "processed"
    REDEEMABLE = "redeemable"

    def __str__(self) -> str:
        return str(self.value)
