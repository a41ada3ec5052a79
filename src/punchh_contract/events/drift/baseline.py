"""Drift that is known: a JSON file that a team keeps with its code, read, compared with, and written anew."""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from punchh_contract.errors import UsageError
from punchh_contract.events.drift.rows import Row
from punchh_contract.events.rendering.lines import printable
from punchh_contract.json_types import JsonValue

_VERSION = 1
_LONGEST = 64 * 2**20
"""Bytes of a baseline at most: one of all kinds that a survey keeps has less than 4 MB."""
_FIELDS = ("kind", "pointer", "found")


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known rows by id, each with what it is and the note that somebody wrote to it."""

    known: dict[str, dict[str, str]]

    @classmethod
    def read(cls, path: Path, *, missing_ok: bool = False) -> "Baseline":
        """Return the baseline of a file, or an empty one if there is no file and that is fine. Raises
        UsageError if it cannot be read, is none, or is longer than any."""
        try:
            with path.open("rb") as file:
                data = file.read(_LONGEST + 1)
            if len(data) > _LONGEST:  # such as a device that never ends
                raise _not_ours(path)
            document: JsonValue = json.loads(data)
        except OSError as error:
            if missing_ok and isinstance(error, FileNotFoundError):
                return cls({})
            raise UsageError(f"{_shown(path)}: cannot be read: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise _not_ours(path) from error
        if not isinstance(document, dict) or document.get("version") != _VERSION:
            raise _not_ours(path)
        known: JsonValue = document.get("known")
        if not isinstance(known, list):
            raise _not_ours(path)
        found: dict[str, dict[str, str]] = {}
        each: JsonValue
        for each in known:
            if not isinstance(each, dict) or not all(isinstance(value, str) for value in each.values()):
                raise _not_ours(path)
            if "id" not in each:
                raise _not_ours(path)
            found[each["id"]] = {name: value for name, value in each.items() if name != "id"}
        return cls(found)

    def has(self, row: Row) -> bool:
        """Whether a row is known."""
        return row.id in self.known

    def stale(self, rows: Iterable[Row]) -> list[dict[str, str]]:
        """Return what is known and was not found."""
        found = {row.id for row in rows}
        return [{"id": id_, **entry} for id_, entry in self.known.items() if id_ not in found]

    def updated(self, rows: Iterable[Row]) -> "Baseline":
        """Return the baseline with the rows added; what it knows stays, with its notes."""
        added = {row.id: {"kind": row.kind, "pointer": row.pointer, "found": row.found} for row in rows}
        return Baseline({**added, **self.known})

    def write(self, path: Path) -> None:
        """Write it, sorted by pointer, so that its changes read well. Raises UsageError if that fails, or if
        there is something else than a file, which would be replaced by one."""
        rows = [{"id": id_, **entry} for id_, entry in self.known.items()]
        rows.sort(key=lambda each: (each.get("pointer", ""), *(each.get(name, "") for name in _FIELDS)))
        new = path.with_name(f".{path.name}.new")
        try:
            if path.exists() and not path.is_file():
                raise UsageError(f"{_shown(path)}: cannot be written: it is no file")
            new.write_text(json.dumps({"version": _VERSION, "known": rows}, indent=2) + "\n", "utf-8")
            new.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise UsageError(f"{_shown(path)}: cannot be written: {error.strerror}") from error


def _not_ours(path: Path) -> UsageError:
    return UsageError(
        f"{_shown(path)}: is no baseline of drift (version {_VERSION}); write one with --update-baseline"
    )


def _shown(path: Path) -> str:
    return printable(str(path))
