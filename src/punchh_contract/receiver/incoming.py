"""A request as it came, before anything is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from punchh_contract.errors import UsageError
from punchh_contract.receiver.verification import Headers

__all__ = ["Incoming"]


@dataclass(frozen=True, slots=True, repr=False)
class Incoming:
    """One request to a receiver. Its repr shows the method and the size, and nothing that was sent.

    Raises UsageError for headers that cannot be gone through.
    """

    method: str
    uri: str
    """Path with query as in the request line, or the full URL: see `verify`."""
    headers: Headers
    body: bytes
    """As it was sent, byte by byte."""

    def __post_init__(self) -> None:
        if not isinstance(self.headers, Mapping):
            # An iterator would be empty for who reads it next.
            try:
                object.__setattr__(self, "headers", tuple(self.headers))
            except TypeError:
                raise UsageError("headers are a mapping, or pairs of a name and a value") from None

    def __repr__(self) -> str:
        method = self.method if self.method.isascii() and self.method.isalpha() else "?"
        return f"Incoming({method[:10]}, {len(self.body)} bytes)"
