"""What parsed JSON is to the type checkers: said once, so that `isinstance` leaves no unknown behind."""

from typing import Any

JsonValue = dict[str, Any] | list[Any] | str | int | float | bool | None
"""A value as `json`, `orjson`, `msgspec` and YAML's safe loader give it. Say it of a value that is about to
be looked into: of an `Any`, a checker knows after `isinstance(value, dict)` nothing of the keys."""


def objects(value: JsonValue) -> list[dict[str, Any]]:
    """The objects in a list; none if the value is no list."""
    items: list[JsonValue] = value if isinstance(value, list) else []
    return [each for each in items if isinstance(each, dict)]


def canonical(value: JsonValue) -> str:
    """A value as text: the same for equal values, in whatever order members are, be it `5` or `5.0`."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {canonical(value[name])}' for name in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(canonical, value))}]"
    return repr(int(value) if isinstance(value, float) and value.is_integer() else value)
