"""The User-Agent of each API family: who calls, in the vendor's shapes (UA-OO, UA-MOB, UA-PF, documented).

Every call needs one, and a call without is refused; which shapes are refused is not documented, so a text of
your own is sent as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from punchh_contract.errors import UsageError

__all__ = ["Integration", "UserAgent"]

Integration = Literal["POS", "Kiosk", "OnlineOrder", "Mobile", "Web", "SystemIntegrator", "Middleware"]
"""The vendor's words for what calls (UA-PF, documented)."""


@dataclass(frozen=True)
class UserAgent:
    """Who calls. `name`, `version` and `integration` make the User-Agent of tills and of the dashboard; each
    other family takes more:

    * online ordering: `business`, as PAR names it, and `source`, the channel that the guest sits at, such as
      `Web/604.1/macOS/Apple/MacbookPro` or `MobileApp/1.2/iOS/Apple/iPhone8,1`;
    * mobile: `app` (without `com.punchh.`; `name` if absent), `build`, and `device`, such as
      `iPhone8,1;iOS;17.0;2.00` or `Android;Samsung;SM-N910P;6.0.1;mdpi`.

    Raises UsageError for a part that a header cannot carry.
    """

    name: str
    version: str
    integration: Integration = "SystemIntegrator"
    business: str | None = None
    source: str | None = None
    app: str | None = None
    build: str = "1"
    device: str | None = None

    def __post_init__(self) -> None:
        for part in ("name", "version", "integration", "business", "source", "app", "build", "device"):
            value = getattr(self, part)
            if value is None:
                continue
            if not value.strip() or value != value.strip() or not (value.isascii() and value.isprintable()):
                raise UsageError(f"UserAgent: {part} must be printable ASCII without space around it")

    def of(self, family: str) -> str:
        """Return the text for a family of the contract, such as `/api/pos`.

        Raises UsageError that names the parts which this family needs and nobody gave.
        """
        if family == "/api/auth":
            self._need(family, "business", "source")
            return f"{self.business}/{self.name}/{self.integration}/{self.version}/{self.source}"
        if family == "/api2/mobile":
            self._need(family, "device")
            return f"{self.app or self.name}/{self.version}/{self.build}({self.device})"
        return f"{self.name}/{self.integration}/{self.version}"

    def _need(self, family: str, *parts: str) -> None:
        lacking = [part for part in parts if not getattr(self, part)]
        if lacking:
            raise UsageError(
                f"the User-Agent of {family} also takes {' and '.join(lacking)}: pass them to UserAgent, or"
                " pass the whole text as user_agent"
            )
