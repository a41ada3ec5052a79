"""Markdown: a table that stays one, whatever stands in it."""

import pytest
from events.rendering.findings_zoo import NASTY, finding, rendered

from punchh_contract.events.rendering.markdown import code, prose

COLUMNS = 9


def rows(text: str) -> list[list[str]]:
    table = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.replace("\\|", "").strip("|").split("|")] for line in table]


def test_a_row_a_kind() -> None:
    text = rendered(
        "markdown", [finding(), finding("/b")], [finding()], unreadable=["b.json: cannot be read"]
    )
    head, rule, first, second = rows(text)
    assert head[0] == "severity"
    assert rule == ["---"] * COLUMNS
    assert first == [
        "error",
        "2",
        "2",
        "`a.ndjson:7:13`",
        "`/payload/user/phone`",
        "must be text; found `integer`",
        "put it in quotes",
        "SEED-004, C-41",
        f"`{finding().fingerprint}`",
    ]
    assert second[4] == "`/b`"
    assert text.startswith("## Redemptions events\n\n2 events in 1 file: 3 findings in 2 events.")
    assert "- b.json: cannot be read" in text


def test_without_findings_there_is_no_table() -> None:
    assert rows(rendered("markdown", [])) == []


@pytest.mark.parametrize("name", NASTY)
def test_no_name_breaks_the_table(name: str) -> None:
    text = rendered("markdown", [finding(file=name)], unreadable=[name])
    assert [len(row) for row in rows(text)] == [COLUMNS] * 3
    assert "<b" not in text.replace("`", "")


def test_prose_and_code_hold_what_would_be_markup() -> None:
    assert (
        prose("<b>*x*</b> [a](b) | `co|de` #1") == "&lt;b&gt;\\*x\\*&lt;/b&gt; \\[a\\](b) \\| `co\\|de` \\#1"
    )
    assert code("a`b``c") == "``` a`b``c ```"
    assert code("plain") == "`plain`"
