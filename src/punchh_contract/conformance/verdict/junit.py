"""The report as JUnit XML, for GitHub, GitLab and Jenkins: a suite an operation, a case a check."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from punchh_contract.conformance.verdict.baseline import Judged
from punchh_contract.conformance.verdict.redaction import Redactor
from punchh_contract.conformance.verdict.report import CASES, CHECKS, Report, mark

# What XML 1.0 can hold in no form; the rest is escaped by the library.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PACKAGE = "punchh-contract"

Clean = Callable[[str], str]


def document(report: Report, redactor: Redactor) -> str:
    """Return the XML. A new or expired group is a failure; skipped are known ones, and own checks that were
    not made; what passed is a case.
    """

    def clean(text: str) -> str:
        return _FORBIDDEN.sub("", redactor.scrub(text))

    root = ET.Element("testsuites", name=_PACKAGE, time=f"{report.seconds:.3f}")
    operations = [
        *report.tally,
        *(each.group.first.operation for each in report.findings),
        *(each["operation"] for each in report.not_run if each["what"] not in CASES),
    ]
    totals = {"tests": 0, "failures": 0, "skipped": 0}
    for operation in dict.fromkeys(operations):
        groups = [each for each in report.findings if each.group.first.operation == operation]
        failing = {each.group.first.check for each in groups}
        calls = report.tally.get(operation, {}).get("calls", 0)
        made = [*(CHECKS if calls else ()), *report.checks.get(operation, ())]
        passed = [each for each in dict.fromkeys(made) if each not in failing]
        unmade = {
            _check(each["what"]): each["why"]
            for each in report.not_run
            if each["operation"] == operation and each["what"] not in CASES
        }
        unmade = {check: why for check, why in unmade.items() if check not in {*made, *failing}}
        counts = {
            "tests": len(groups) + len(passed) + len(unmade),
            "failures": sum(each.red for each in groups),
            "skipped": sum(not each.red for each in groups) + len(unmade),
        }
        totals = {name: totals[name] + counts[name] for name in totals}
        suite = ET.SubElement(
            root,
            "testsuite",
            {
                "name": clean(operation),
                **{name: str(count) for name, count in counts.items()},
                "errors": "0",
                "time": "0",
            },
        )
        for judged in groups:
            _failing(suite, report, judged, clean)
        for check in passed:
            _case(suite, operation, check, clean)
        for check, why in unmade.items():
            ET.SubElement(_case(suite, operation, check, clean), "skipped", message=clean(f"not run: {why}"))
    root.attrib.update({name: str(count) for name, count in {**totals, "errors": 0}.items()})
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False)


def _check(what: str) -> str:
    return what if what.startswith("law:") else f"probe:{what}"


def _case(suite: ET.Element, operation: str, name: str, clean: Clean) -> ET.Element:
    classname = clean(f"{_PACKAGE}.{operation}")
    return ET.SubElement(suite, "testcase", classname=classname, name=clean(name), time="0")


def _failing(suite: ET.Element, report: Report, judged: Judged, clean: Clean) -> None:
    finding = judged.group.first
    name = f"{finding.check} [{judged.group.id}] {finding.clause}"
    case = _case(suite, finding.operation, name, clean)
    note = mark(judged)
    message = finding.statement + (f" [{note}]" if note else "")
    if not judged.red:
        ET.SubElement(case, "skipped", message=clean(message))
        return
    failure = ET.SubElement(case, "failure", type=finding.severity.name, message=clean(message))
    lines = [
        finding.statement,
        f"clause: {finding.clause} in spec/openapi.yaml",
        f"seen: {judged.group.count} times; id {judged.group.id}",
    ]
    if snippet := report.curl(judged):
        lines += ["", snippet]
    failure.text = clean("\n".join(lines))
