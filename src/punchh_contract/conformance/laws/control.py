"""A sandbox's control plane, asked over plain HTTP on this machine: what guests hold, time, trouble on order.

Not through the wire, which knows the contract's operations only. Never to another machine.
"""

import http.client
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from punchh_contract import hosts
from punchh_contract.errors import PunchhContractError
from punchh_contract.json_types import JsonValue

TIMEOUT = 35.0
"""Seconds; the longest that a control plane holds back an answer by itself is 30."""
TITLE = "Control plane"
_GOOD = 200
_CLOSED = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)


class ControlError(PunchhContractError):
    """The control plane did not do what it was asked; names method and path, no value."""


class Control:
    """The control plane at an origin. Raises ControlError for an origin that is not this machine."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        if not hosts.is_loopback(parts.hostname or ""):
            raise ControlError("a control plane is asked on this machine only")
        # Asked twice for each call of a story: an HTTP client's comforts would take longer than the answers.
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def present(self) -> bool:
        """Whether there is one."""
        try:
            document: JsonValue = self.ask("GET", "openapi.json")
        except ControlError:
            return False
        info: JsonValue = document.get("info") if isinstance(document, dict) else None
        return isinstance(info, dict) and str(info.get("title", "")).startswith(TITLE)

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Ask, and return the JSON of the answer (None where there is none). Raises ControlError."""
        place = f"/_sandbox/{path}?{urlencode(query)}" if query else f"/_sandbox/{path}"
        try:
            status, content = self._answer(method, place, None if body is None else orjson.dumps(body))
            if not _GOOD <= status < _GOOD + 100:
                raise ControlError(f"the control plane answered {method} {_kind(path)} with {status}")
            return orjson.loads(content) if content else None
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise ControlError(
                f"the control plane does not answer {method} {_kind(path)}: {type(error).__name__}"
            ) from error

    def _answer(self, method: str, place: str, body: bytes | None) -> tuple[int, bytes]:
        connection = self._connection
        headers = {} if body is None else {"Content-Type": "application/json"}
        fresh = connection.sock is None
        try:
            connection.request(method, place, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except BaseException as error:
            connection.close()  # what comes next begins anew, after Ctrl-C too: then all is put back
            # A connection that nobody used for seconds is closed by the server; nothing was asked by it.
            if fresh or not isinstance(error, _CLOSED):
                raise
            return self._answer(method, place, body)

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
