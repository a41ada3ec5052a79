from enum import StrEnum


class KnownPassOwner(StrEnum):
    NULL = "Null"
    REDEMPTION = "Redemption"
    USER = "User"

    def __str__(self) -> str:
        return str(self.value)
