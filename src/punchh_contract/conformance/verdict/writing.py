"""Writes the reports of a run into a folder: the one way by which anything of a run comes to a disk."""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from punchh_contract.conformance.verdict import rendering
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.replay import Replay
from punchh_contract.conformance.verdict.report import Report
from punchh_contract.errors import UsageError

RECEIPT, SUMMARY, REPLAY = "receipt.json", rendering.FILES["markdown"], "replay"
FILES = (RECEIPT, *rendering.FILES.values())

_REPLAY_FILE = re.compile(r"[0-9a-f]{8}\.json")
# Of versions before this one.
_FORMER = ("html/index.html", "report.json")


def write(report: Report, folder: Path, redactor: Redactor) -> None:
    """Remove an older run's reports from a folder, and write those of this one: the receipt, which is
    scrubbed, what is rendered from it and from nothing else, and the files for a replay.

    Raises UsageError if the folder cannot be written.
    """
    forget(folder)
    receipt = report.receipt(redactor)
    texts = {RECEIPT: _json(receipt)}
    texts |= {rendering.FILES[name]: render(receipt) for name, render in rendering.FORMATS.items()}
    for judged in report.findings:
        if judged.group.first.exchange is not None:
            again = Replay(
                judged.group.first, report.contract.version, report.contract.digest, report.target
            ).dump()
            texts[f"{REPLAY}/{judged.group.id}.json"] = _json(redactor.tree(again))
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # Bytes, so that no system makes other line ends; what was generated may hold lone surrogates.
            path.write_bytes(text.encode("utf-8", errors="replace"))
    except OSError as error:
        raise _unwritable(folder, error) from error


def prepare(folder: Path) -> None:
    """Make a folder for reports before a run that is to write some, and remove an older run's from it.

    Raises UsageError if it cannot be written: better now than after the run.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass  # only whether it can be written
    except OSError as error:
        raise _unwritable(folder, error) from error
    forget(folder)


def forget(folder: Path) -> None:
    """Remove the reports of a run from a folder, and nothing else: an older one's would pass for a newer's.

    Raises UsageError if that cannot be done.
    """
    try:
        for name in (*FILES, *_FORMER):
            (folder / name).unlink(missing_ok=True)
        if (folder / REPLAY).is_dir():
            for path in (folder / REPLAY).iterdir():
                if _REPLAY_FILE.fullmatch(path.name):
                    path.unlink()
            if not any((folder / REPLAY).iterdir()):
                (folder / REPLAY).rmdir()
    except OSError as error:
        raise _unwritable(folder, error) from error


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError(f"reports cannot be written to {folder}: {error.strerror}; name another --report-dir")
