"""Workflow commands of GitHub: escaped, capped at what is shown, and none that a name smuggles in."""

import re

import pytest
from events.rendering.findings_zoo import DRIFT, NASTY, finding, rendered

from punchh_contract.events.rendering.github import command, plain

COMMAND = re.compile(r"::(error|warning|notice)(?: ([^:\r\n]*))?::([^\r\n]*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Read it as the runner does: a line that begins with `::`; `##[` anywhere is a command too."""
    assert "##[" not in text
    found = []
    for line in text.split("\n"):
        assert "\r" not in line
        if line.lstrip().startswith("::"):
            match = COMMAND.fullmatch(line)
            assert match, line
            properties = dict(each.split("=", 1) for each in (match[2] or "").split(",") if each)
            found.append((match[1], properties, match[3]))
    return found


def test_an_annotation_has_file_line_and_column() -> None:
    text = rendered("github", [finding(), DRIFT], [finding()])
    assert commands(text) == [
        (
            "error",
            {"file": "a.ndjson", "line": "7", "col": "13", "title": f"error%3A type {finding().fingerprint}"},
            (
                "Record 7: /payload/user/phone: must be text; found integer. Fix: put it in quotes."
                " Seen 2 times in 2 events."
            ),
        ),
        (
            "warning",
            {"file": "a.ndjson", "title": f"drift%3A additionalProperties {DRIFT.fingerprint}"},
            "/tier: drift: must be text; found integer. Fix: put it in quotes.",
        ),
    ]
    assert text.endswith("2 events in 1 file: 3 findings in 2 events.\n")


def test_what_github_would_drop_stands_in_the_log() -> None:
    errors = [finding(f"/field{number}") for number in range(14)]
    drift = [finding(f"/more{number}", severity="drift") for number in range(12)]
    text = rendered("github", [*errors, *drift], unreadable=["b.json: cannot be read"])
    levels = [level for level, _, _ in commands(text)]
    assert (levels.count("error"), levels.count("warning"), levels.count("notice")) == (10, 10, 1)
    assert text.count("\nAlso: ") == 7
    assert all(f"/field{number}: " in text for number in range(14))
    assert "::notice::7 kinds of findings stand only in the log.\n" in text


def test_values_and_properties_are_escaped() -> None:
    assert command("error", "50% of\r\na, b: c", file="a,b:c%\n.json") == (
        "::error file=a%2Cb%3Ac%25%0A.json::50%25 of%0D%0Aa, b: c\n"
    )
    assert plain("::error::x ##[error]\n::x") == "::error::x # #[error]\\n::x"


@pytest.mark.parametrize("name", NASTY)
def test_no_name_of_a_file_is_a_command(name: str) -> None:
    many = [finding(f"/field{number}", file=name) for number in range(12)]
    text = rendered("github", many, unreadable=[name] * 12, stopped=name)
    assert {level for level, _, _ in commands(text)} == {"error", "notice"}


def test_standard_input_is_no_file() -> None:
    ((_, properties, _),) = commands(rendered("github", [finding(file="-")]))
    assert "file" not in properties
