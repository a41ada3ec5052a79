"""A baseline: what is known is no news, until its day is over."""

import datetime as dt
import json
from typing import Any

import pytest

from punchh_contract.conformance.verdict import baseline
from punchh_contract.conformance.verdict.baseline import Baseline, Known
from punchh_contract.conformance.verdict.findings import Finding, Group, Severity
from punchh_contract.errors import UsageError

TODAY = dt.date(2026, 11, 21)


def found(check: str = "server_error") -> Group:
    return Group(Finding(check, "force_redeem", "#/x", Severity.CRASH, "s", 500), 3)


def known(group: Group, until: dt.date, reason: str = "ticket 1") -> Known:
    first = group.first
    return Known(group.id, first.check, first.operation, first.clause, first.status, until, reason)


def test_a_known_finding_is_not_red_up_to_its_day_and_red_after_it() -> None:
    group = found()
    for days, red in ((1, False), (0, False), (-1, True)):
        entry = known(group, TODAY + dt.timedelta(days=days))
        judged = Baseline((entry,)).judge([group], TODAY)[0]
        assert (judged.red, judged.expired, judged.known) == (red, red, entry)


def test_a_finding_that_is_not_in_it_is_red() -> None:
    judged = Baseline((known(found("other"), TODAY),)).judge([found()], TODAY)[0]
    assert (judged.red, judged.known, judged.expired) == (True, None, False)


def test_an_entry_that_was_not_seen_is_stale() -> None:
    entries = (known(found(), TODAY), known(found("other"), TODAY))
    assert Baseline(entries).stale([found()]) == [entries[1]]


def test_an_update_adds_for_thirty_days_and_keeps_what_stands() -> None:
    old, stale = known(found(), dt.date(2020, 1, 1)), known(found("stale"), TODAY)
    updated = Baseline((old, stale)).updated([found(), found("new")], TODAY)
    assert updated.entries[:2] == (old, stale)
    assert updated.entries[2].until == dt.date(2026, 12, 21)
    assert updated.entries[2].id == found("new").id
    assert baseline.read(updated.dump(), "b.json") == updated
    assert updated.updated([found(), found("new")], TODAY) == updated


ENTRY: dict[str, Any] = {**known(found(), TODAY).dump()}


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ("{", "b.json:1:"),
        ([], "/format"),
        ({"format": 2, "findings": []}, "/format"),
        ({"format": 1}, "/findings"),
        ({"format": 1, "findings": [5]}, "/findings/0"),
        ({"format": 1, "findings": [{}]}, "/findings/0"),
        ({"format": 1, "findings": [ENTRY, {**ENTRY, "id": 5}]}, "/findings/1/id"),
        ({"format": 1, "findings": [ENTRY, ENTRY]}, "/findings/1/id"),
        ({"format": 1, "findings": [{**ENTRY, "until": "soon"}]}, "/findings/0/until"),
        ({"format": 1, "findings": [{**ENTRY, "until": None}]}, "/findings/0/until"),
        ({"format": 1, "findings": [{**ENTRY, "status": True}]}, "/findings/0/status"),
        ({"format": 1, "findings": [{**ENTRY, "more": 1}]}, "/findings/0"),
        # Edited by hand, it would be silent about another finding than it says.
        *(
            (
                {"format": 1, "findings": [{**known(found("x"), TODAY).dump()}, {**ENTRY, **edited}]},
                "/findings/1/id",
            )
            for edited in (
                {"check": "content_type"},
                {"operation": "process_batch_redemption"},
                {"clause": "#/y"},
                {"status": None},
                {"id": "0" * 8},
            )
        ),
    ],
)
def test_a_wrong_file_is_the_users_to_mend(document: Any, where: str) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(UsageError, match=r"b\.json") as error:
        baseline.read(text, "b.json")
    assert where in str(error.value)


def test_a_file_without_an_end_is_no_json() -> None:
    with pytest.raises(UsageError, match=r"b\.json: no JSON"):
        baseline.read("[" * 10**5, "b.json")
