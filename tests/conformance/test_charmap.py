"""What is laid out for Hypothesis is what it would compute, under the name by which it looks."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis.internal import charmap as theirs

from punchh_contract.conformance import charmap


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither reads nor writes the file that other tests have."""
    monkeypatch.setattr(theirs, "charmap_file", lambda name: tmp_path / "theirs" / f"{name}.json.gz")
    monkeypatch.setattr(charmap, "charmap_file", lambda name: tmp_path / "ours" / f"{name}.json.gz")


def test_it_is_what_hypothesis_computes_under_the_same_name(tmp_path: Path) -> None:
    computed = theirs.intervals_from_codec.__wrapped__("utf-8")
    charmap.lay_out()
    (ours,) = (tmp_path / "ours").iterdir()
    laid_out = json.loads(gzip.decompress(ours.read_bytes()))
    assert laid_out == json.loads(json.dumps([each.intervals for each in computed]))


def test_hypothesis_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A last character of our own comes back; had the file another name, it would have been computed."""
    monkeypatch.setattr(charmap, "LAST", 0xFFFF)
    charmap.lay_out()
    (tmp_path / "ours").rename(tmp_path / "theirs")
    encodable, lossy = theirs.intervals_from_codec.__wrapped__("utf-8")
    assert (encodable.intervals, lossy.intervals) == (((0, 0xD7FF), (0xE000, 0xFFFF)), ())
