"""The reports of one run: valid in their formats, complete, and silent about secrets."""

import dataclasses
import datetime as dt
import html.parser
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from punchh_contract.conformance import verifying
from punchh_contract.conformance.coverage import Coverage
from punchh_contract.conformance.limits import FURTHER
from punchh_contract.conformance.verdict import clauses, rendering, writing
from punchh_contract.conformance.verdict.baseline import Judged, Known
from punchh_contract.conformance.verdict.findings import Exchange, Finding, Severity, group
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.report import Report
from punchh_contract.contract import Contract
from punchh_contract.errors import UsageError

Exchanged = Callable[..., Exchange]
TODAY = dt.date(2026, 11, 21)
COUNTS = {
    "calls": 10,
    "success": 4,
    "generated": 3,
    "quote": 1,
    "committed": 0,
    "refusal": 1,
    "error": 1,
    "probes": 3,
    "statuses": {"422": 2, "200": 8},
}
ONE = {**dict.fromkeys(COUNTS, 0), "calls": 1, "error": 1, "statuses": {"404": 1}}
OPTIONS = {
    "own": False,
    "operations": ["create_online_redemption", "force_redeem"],
    "phases": ["fuzz"],
    "control": False,
    "fail_fast": False,
    "max_examples": 20,
    "max_time": None,
    "allow_env": [],
    "fixtures": 3,
    "baseline": True,
}
LEAKS = " ".join(
    [
        "planted-admin-key",
        "pat.planted+1@example.com",
        "planted-client/+'\"\\<&>x",
        "HANDED-OUT-CODE",
        "55501234",
    ]
)


def coverage(contract: Contract) -> dict[str, Any]:
    """Of two operations that were called nothing else is known."""
    called = {"create_online_redemption": COUNTS, "force_redeem": ONE}
    items: list[dict[str, Any]] = []
    inside = {}
    for operation in contract.operations.values():
        counts = called.get(operation.id, {"calls": 0, "statuses": {}})
        items.append({"name": operation.id, "at": clauses.operation(operation), "count": counts["calls"]})
        if not counts["calls"]:
            items[-1]["why"] = "it was not asked for"
        statuses = {int(status): count for status, count in counts["statuses"].items()}
        inside[operation.id] = Coverage().rows(contract, operation, statuses, {})
    return {"operations": {"covered": 2, "of": len(items), "items": items}, "inside": inside}


@pytest.fixture
def report(contract: Contract, exchanged: Exchanged) -> Report:
    body = {
        "client": "planted-client/+'\"\\<&>x",
        "email": "pat.planted+1@example.com",
        "redemption_code": "HANDED-OUT-CODE",
        "user_id": 55501234,
        "text": "]]> </script> ``` | <b> \x00\x1b\ufffe",
    }
    exchange = exchanged("create_online_redemption", body)
    findings = [
        # Statements never hold a value; that one did must still not get through.
        Finding(
            "server_error",
            "create_online_redemption",
            "#/x",
            Severity.CRASH,
            f"s {LEAKS} \x1b<b>",
            500,
            exchange,
        ),
        Finding(
            "response_schema", "create_online_redemption", "#/y", Severity.SHAPE, "known one", 200, exchange
        ),
        Finding("no_answer", "create_online_redemption", "#/z", Severity.LOSS, "expired one", None, exchange),
        Finding("goal:x", "force_redeem", "#/g", Severity.GOAL, "a goal"),
    ]
    judged = []
    for each in group(findings):
        known = None
        if each.first.statement.startswith(("known", "expired")):
            days = 1 if each.first.statement.startswith("known") else -1
            first = each.first
            until = TODAY + dt.timedelta(days=days)
            known = Known(each.id, first.check, first.operation, first.clause, first.status, until, "because")
        judged.append(Judged(each, known, known is not None and known.until < TODAY))
    row = {
        "operation": "create_online_redemption",
        "position": 1,
        "cap": 1,
        "named": 9,
        "spent": 1,
        "unknown": 0,
    }
    return Report(
        target="https://a.example",
        contract=contract,
        seed=3,
        run_id="r1",
        tally={"create_online_redemption": COUNTS, "force_redeem": ONE},
        started=dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC),
        coverage=coverage(contract),
        options=OPTIONS,
        command="punchh-contract test --seed 3",
        versions={"punchh-contract": "1", "python": "3", "schemathesis": "4", "hypothesis": "6"},
        findings=tuple(judged),
        partial=("no PUNCHH_ADMIN_KEY: force_redeem was left out",),
        stopped="the time is over",
        not_reached=({"operation": "force_redeem", "what": "status 404", "why": "no fixture"},),
        not_run=(
            {"operation": "force_redeem", "what": "a | probe", "why": "refusal budget"},
            {"operation": "force_redeem", "what": FURTHER, "why": "spent"},
            {"operation": "process_batch_redemption", "what": "all of it", "why": "refused"},
        ),
        spending=(
            {**row, "field": "reward_id", "kind": "asset", "value": 70001},
            {**row, "field": "email", "kind": "guest", "value": "pat.planted+1@example.com"},
            {**row, "field": "user_id", "kind": "guest", "value": 7},
        ),
        stale=(Known("0" * 8, "server_error", "force_redeem", "#/s", 500, TODAY, ""),),
        checks={"create_online_redemption": ["probe:no digest"], "force_redeem": []},
        seconds=12.34,
    )


def test_no_secret_is_in_any_byte_of_any_report(
    report: Report, redactor: Redactor, tmp_path: Path, secrets: tuple[str, ...]
) -> None:
    writing.write(report, tmp_path, redactor)
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert len(files) == 4 + 3
    for file in files:
        content = file.read_text(encoding="utf-8")
        assert not [each for each in secrets if each in content], file
        assert "planted" not in content.lower().replace("planted/pos", ""), file


def test_the_receipt_is_whole_but_for_what_was_made_up(
    report: Report, redactor: Redactor, contract: Contract
) -> None:
    made_up = {
        "/findings/1/clause",
        "/findings/2/clause",
        "/findings/0/clause",
        "/findings/3/clause",
        "/laws",
    }

    found = {each.place for each in verifying.check(report.receipt(redactor), contract)}

    assert found == made_up


def test_all_else_is_rendered_from_the_receipt_as_it_was_written(
    report: Report, redactor: Redactor, tmp_path: Path
) -> None:
    writing.write(report, tmp_path, redactor)
    again = verifying.read((tmp_path / "receipt.json").read_bytes(), "receipt.json")
    assert set(rendering.FILES) == set(rendering.FORMATS)
    for name, render in rendering.FORMATS.items():
        assert render(again).encode() == (tmp_path / rendering.FILES[name]).read_bytes(), name


def test_the_json_has_everything(report: Report, redactor: Redactor, tmp_path: Path) -> None:
    writing.write(report, tmp_path, redactor)
    written = json.loads((tmp_path / "receipt.json").read_text(encoding="utf-8"))
    assert written["verdict"] == "red"
    assert written["operations"]["create_online_redemption"] == COUNTS
    assert [each["severity"] for each in written["findings"]] == ["LOSS", "CRASH", "SHAPE", "GOAL"]
    assert [bool(each["baseline"]) for each in written["findings"]] == [True, False, True, False]
    assert written["findings"][0]["baseline"] == {"until": "2026-11-20", "reason": "because", "expired": True}
    assert [each["value"] for each in written["spending"]] == [70001, "***", "***"]
    assert written["contract"] == {"version": report.contract.version, "digest": report.contract.digest}
    assert {each.stem for each in (tmp_path / "replay").iterdir()} == {
        each["id"] for each in written["findings"] if each["exchange"]
    }


def test_the_junit_counts_what_it_holds(report: Report, redactor: Redactor, tmp_path: Path) -> None:
    writing.write(report, tmp_path, redactor)
    root = ET.fromstring((tmp_path / "junit.xml").read_bytes())  # noqa: S314  # our own
    assert root.tag == "testsuites"
    for holder in (root, *root.iter("testsuite")):
        cases = list(holder.iter("testcase"))
        assert int(holder.attrib["tests"]) == len(cases)
        assert int(holder.attrib["failures"]) == len(list(holder.iter("failure")))
        assert int(holder.attrib["skipped"]) == len(list(holder.iter("skipped")))
        names = [(each.attrib["classname"], each.attrib["name"]) for each in cases]
        assert len(names) == len(set(names))
    assert [each.attrib["name"] for each in root] == ["create_online_redemption", "force_redeem"]
    assert int(root.attrib["failures"]) == 3
    assert int(root.attrib["skipped"]) == 2
    skipped = {
        case.attrib["name"]: each.attrib["message"]
        for case in root.iter("testcase")
        for each in case.iter("skipped")
    }
    assert skipped["probe:a | probe"] == "not run: refusal budget"
    assert not [name for name in skipped if "all of it" in name or FURTHER in name]
    names = [each.attrib["name"] for each in root.iter("testcase")]
    assert "probe:no digest" in names
    assert "accepted_invalid" in names
    assert "expired: was known until 2026-11-20" in next(root.iter("failure")).attrib["message"]


def test_the_summary_is_short_and_safe(report: Report, redactor: Redactor, tmp_path: Path) -> None:
    many = tuple(
        dataclasses.replace(each, group=dataclasses.replace(each.group, count=place))
        for place, each in enumerate(report.findings * 6)
    )
    writing.write(dataclasses.replace(report, findings=many), tmp_path, redactor)
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("## \u274c punchh-contract: red\n")
    assert "\u2026 and 14 more, in `report.html`." in text
    assert text.count("````bash") == text.count(
        "<summary>curl</summary>"
    )  # longer than the fence in the body
    assert "a \\| probe" in text
    assert "**Stopped:** the time is over" in text
    assert "| cap | in requests | spent |" in text
    assert "| 1 | 9 | 1 | 0 |" in text


class Reader(html.parser.HTMLParser):
    """Collects tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_else_and_escapes_everything(
    report: Report, redactor: Redactor, tmp_path: Path
) -> None:
    writing.write(report, tmp_path, redactor)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    names = {tag for tag, _ in reader.tags}
    assert not names & {"link", "img", "iframe", "b", "object", "form"}
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert not [attrs for _, attrs in reader.tags if {"src", "onclick", "style"} & attrs.keys()]
    links = [attrs["href"] for _, attrs in reader.tags if "href" in attrs]
    assert all(each is not None and each.startswith("#") for each in links)
    assert "'unsafe-inline'" not in text
    assert "prefers-color-scheme: dark" in text
    assert "valuecapin requestsspentunknown" in reader.text
    assert "email1guest***1910" in reader.text
    assert "known until 2026-11-22 (because)" in reader.text
    assert "(because); prolong it by hand in the baseline" in reader.text
    assert "expired: was known until 2026-11-20 (because)" in reader.text
    assert "</script> ``` | <b>" in reader.text
    assert reader.text.count("PUNCHH_TARGET=${PUNCHH_TARGET:-https://a.example}") == 3
    assert "Baseline entry 00000000 (server_error of force_redeem) was not seen" in reader.text
    assert "process_batch_redemption was not called: it was not asked for." in reader.text


def test_an_older_runs_reports_go_and_nothing_else_does(
    report: Report, redactor: Redactor, tmp_path: Path
) -> None:
    (tmp_path / "replay").mkdir()
    (tmp_path / "html").mkdir()
    for old in ("replay/01234567.json", "html/index.html", "report.json"):
        (tmp_path / old).write_text("old")
    for mine in ("replay/mine.json", "notes.txt"):
        (tmp_path / mine).write_text("mine")
    writing.write(report, tmp_path, redactor)
    assert not (tmp_path / "replay/01234567.json").exists()
    assert not (tmp_path / "html/index.html").exists()
    assert not (tmp_path / "report.json").exists()
    other = tmp_path / "other"
    (other / "replay").mkdir(parents=True)
    (other / "replay/01234567.json").write_text("old")
    writing.forget(other)
    assert list(other.iterdir()) == []
    writing.forget(tmp_path)
    assert {each.name for each in tmp_path.rglob("*") if each.is_file()} == {"mine.json", "notes.txt"}


def test_a_folder_that_cannot_be_written_is_the_users_to_mend(
    report: Report, redactor: Redactor, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--report-dir"):
        writing.write(report, tmp_path / "file" / "reports", redactor)


def test_verdicts(report: Report) -> None:
    known = tuple(each for each in report.findings if not each.red)
    assert dataclasses.replace(report, findings=known).verdict == "stopped"
    green = dataclasses.replace(report, findings=known, stopped=None)
    assert green.verdict == "green"
    assert green.headline == (
        "The contract run is green: 0 findings, 1 known, 11 calls to https://a.example, seed 3; partial."
    )
