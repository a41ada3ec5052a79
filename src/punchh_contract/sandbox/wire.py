"""One call of the control plane over HTTP, and the one exception for whatever goes wrong with it."""

from collections.abc import Mapping
from typing import Any

import httpx

from punchh_contract.errors import PunchhContractError

Document = dict[str, Any]

TIMEOUT = 60.0
"""Seconds for an answer, on top of what a call asks to be held back."""


class ControlError(PunchhContractError):
    """The control plane refused, or could not be reached. `status` is None for no answer; `pointer` is the
    place in the body that was sent, where the problem names one."""

    def __init__(self, text: str, status: int | None = None, pointer: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.pointer = pointer


class Wire:
    """Calls to the control plane at one address. Each raises ControlError."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._root = url.rstrip("/") + "/_sandbox"
        self._client = client

    def one(self, method: str, path: str, body: Document | None = None) -> Document:
        """A call that answers with a document."""
        return dict(_content(self.send(method, path, body)))

    def many(self, path: str, *, wait: float = 0, **query: str | int | None) -> list[Document]:
        """A GET that answers with a list, held back for up to `wait` seconds; a query of None is not sent."""
        asked: dict[str, str | int | float] = {
            name: value for name, value in query.items() if value is not None
        }
        if wait:
            asked["wait"] = wait
        return list(_content(self.send("GET", path, query=asked, timeout=TIMEOUT + wait)))

    def send(
        self,
        method: str,
        path: str,
        body: Document | None = None,
        *,
        query: Mapping[str, str | int | float] | None = None,
        timeout: float = TIMEOUT,
    ) -> httpx.Response:
        """The answer to a call, if it is a good one."""
        try:
            response = self._client.request(
                method, self._root + path, json=body, params=query, timeout=timeout
            )
        except httpx.InvalidURL as error:
            raise ControlError(f"{self._root}: no address of a sandbox") from error
        except httpx.HTTPError as error:
            raise ControlError(
                f"{self._root} does not answer ({type(error).__name__}); is a sandbox running there?"
            ) from error
        if response.is_success:
            return response
        raise _refused(response)


def _content(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise _stranger(response) from error


def _refused(response: httpx.Response) -> ControlError:
    try:
        problem = response.json()
        text, pointer = str(problem["error"]), problem.get("pointer")
    except (ValueError, TypeError, KeyError, AttributeError):
        return _stranger(response)
    if pointer:
        text = f"{text} ({pointer})"
    return ControlError(text, response.status_code, pointer)


def _stranger(response: httpx.Response) -> ControlError:
    text = f"an answer with status {response.status_code} that is not a control plane's"
    return ControlError(f"{text}; is it a sandbox that listens there?", response.status_code)
