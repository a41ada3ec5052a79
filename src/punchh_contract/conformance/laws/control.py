"""A sandbox's control plane, asked over plain HTTP on this machine: what guests hold, time, trouble on order.

Not through the wire, which knows the contract's operations only. Never to another machine.
"""

from typing import Any
from urllib.parse import urlsplit

import requests

from punchh_contract.conformance import hosts
from punchh_contract.errors import PunchhContractError

TIMEOUT = 35.0
"""Seconds; the longest that a control plane holds back an answer by itself is 30."""
TITLE = "Control plane"


class ControlError(PunchhContractError):
    """The control plane did not do what it was asked; names method and path, no value."""


class Control:
    """The control plane at an origin. Raises ControlError for an origin that is not this machine."""

    def __init__(self, origin: str) -> None:
        if not hosts.is_loopback(urlsplit(origin).hostname or ""):
            raise ControlError("a control plane is asked on this machine only")
        self._origin = origin
        self._session = requests.Session()
        self._session.trust_env = False

    def present(self) -> bool:
        """Whether there is one."""
        try:
            document = self.ask("GET", "openapi.json")
        except ControlError:
            return False
        info = document.get("info") if isinstance(document, dict) else None
        return isinstance(info, dict) and str(info.get("title", "")).startswith(TITLE)

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Ask, and return the JSON of the answer (None where there is none). Raises ControlError."""
        url = f"{self._origin}/_sandbox/{path}"
        try:
            response = self._session.request(
                method, url, json=body, params=query, timeout=TIMEOUT, allow_redirects=False
            )
            if not response.ok:
                raise ControlError(
                    f"the control plane answered {method} {_kind(path)} with {response.status_code}"
                )
            return response.json() if response.content else None
        except (requests.RequestException, ValueError) as error:
            raise ControlError(
                f"the control plane does not answer {method} {_kind(path)}: {type(error).__name__}"
            ) from error

    def events(self, since: int) -> list[dict[str, Any]]:
        """The events after a number, oldest first."""
        found: list[dict[str, Any]] = []
        while page := self.ask("GET", "events", since=since, limit=1000):
            found += page
            if len(page) < 1000:
                break
            since = page[-1]["seq"]
        return found


def _kind(path: str) -> str:
    return path.partition("/")[0]
