from enum import StrEnum


class KnownEventChannel(StrEnum):
    CHATBOT = "chatbot"
    DASHBOARD = "dashboard"
    KIOSK = "kiosk"
    MOBILE = "mobile"
    ONLINE_ORDER = "online_order"
    ONLINE_ORDER_SPACED = "online order"
    POS = "POS"
    POS_LOWERCASE = "pos"
    WEB = "web"

    def __str__(self) -> str:
        return str(self.value)
