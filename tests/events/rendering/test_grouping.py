"""Formats for people: one line a kind, with its count; nothing uncounted."""

import pytest
from events.rendering.findings_zoo import DRIFT, finding, rendered

from punchh_contract.events.rendering import Options
from punchh_contract.events.rendering.grouping import Groups


def test_a_kind_is_counted_and_its_first_is_the_sample() -> None:
    groups = Groups()
    groups.add([finding("/items/0/x", record=1), finding("/items/10/x", record=1)])
    groups.add([finding("/items/3/x", record=2), finding("/y", record=2)])
    first, second = groups.ranked()
    assert (first.count, first.events, first.sample.pointer) == (3, 2, "/items/0/x")
    assert (second.count, second.events, second.sample.record) == (1, 1, 2)


def test_errors_come_before_drift_and_the_frequent_before_the_rare() -> None:
    groups = Groups()
    for pointer, times in (("/a", 1), ("/b", 2), ("/c", 1)):
        for _ in range(times):
            groups.add([finding(pointer)])
    for _ in range(5):
        groups.add([DRIFT])
    assert [group.sample.pointer for group in groups.ranked()] == ["/b", "/a", "/c", "/tier"]


def test_what_has_no_group_is_counted_still() -> None:
    groups = Groups(kinds=2)
    for number in range(5):
        groups.add([finding(f"/field{number}"), finding("/field0")])
    assert len(groups.ranked()) == 2
    assert sum(group.count for group in groups.ranked()) + groups.ungrouped == 10


def test_text_is_a_line_a_kind_and_the_sums() -> None:
    text = rendered("text", [finding()], [], [finding(record=9, line=9)], [finding("/x")])
    first, second, last = text.splitlines()
    assert first.startswith("a.ndjson:7:13: /payload/user/phone: must be text; found integer. Fix: ")
    assert first.endswith(f" [2 times in 2 events: {finding().fingerprint}]")
    assert second == "a.ndjson:7:13: /x: must be text; found integer. Fix: put it in quotes."
    assert last == "4 events in 1 file: 3 findings in 3 events."


@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_a_limit_hides_kinds_and_says_how_many_findings(form: str) -> None:
    records = [[finding("/a"), finding("/b"), finding("/c")], [finding("/b")]]
    text = rendered(form, *records, options=Options(limit=1))
    assert "/b" in text
    assert "/c" not in text
    assert "2 findings of 2 other kinds not shown." in text
    assert "4 findings in 2 events" in text


@pytest.mark.parametrize("form", ["text", "json", "ndjson", "junit", "sarif", "github", "markdown"])
def test_a_run_that_was_stopped_says_so_in_every_format(form: str) -> None:
    assert "interrupted so far" in rendered(form, [finding()], stopped="interrupted so far")
