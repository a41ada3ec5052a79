"""An answer as it came, and its body parsed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_UNREADABLE = object()


@dataclass(frozen=True)
class Answer:
    """An answer as it came: `headers` under any case, `content` the whole body."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def media_type(self) -> str | None:
        """The content type without its parameters, in small letters; None where there is none."""
        for name, value in self.headers.items():
            if name.lower() == "content-type":
                return value.partition(";")[0].strip().lower()
        return None

    @property
    def json(self) -> Any:
        """The parsed body, None where it is none or cannot be read."""
        value = self._parsed()
        return None if value is _UNREADABLE else value

    @property
    def readable(self) -> bool:
        """Whether the body is JSON."""
        return self._parsed() is not _UNREADABLE

    def _parsed(self) -> Any:
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return _UNREADABLE
