from enum import StrEnum


class Channel(StrEnum):
    CHATBOT = "chatbot"
    DASHBOARD = "dashboard"
    KIOSK = "kiosk"
    MOBILE = "mobile"
    ONLINE_ORDER = "online_order"
    POS = "pos"
    WEB = "web"

    def __str__(self) -> str:
        return str(self.value)
