from enum import StrEnum


class KnownUserStatus(StrEnum):
    ACTIVE = "active"
    BANNED = "banned"
    DEACTIVATED = "deactivated"

    def __str__(self) -> str:
        return str(self.value)
