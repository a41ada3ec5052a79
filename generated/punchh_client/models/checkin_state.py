from enum import StrEnum


class CheckinState(StrEnum):
    COMMITTED = "committed"
    PENDING = "pending"
    VOID = "void"

    def __str__(self) -> str:
        return str(self.value)
