"""A receipt as JUnit XML, for GitHub, GitLab and Jenkins: a suite an operation, a case a check."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from punchh_contract.conformance.verdict.receipt import CASES, CHECKS, Document, red, standing

# What XML 1.0 can hold in no form; the rest is escaped by the library.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PACKAGE = "punchh-contract"
_HEAD = "<?xml version='1.0' encoding='utf-8'?>\n"


def document(receipt: Document) -> str:
    """Return the XML. A new or expired finding is a failure; skipped are known ones, and own checks that were
    not made; what passed is a case.
    """
    root = ET.Element(
        "testsuites", name=_PACKAGE, time=f"{receipt['seconds']:.3f}", timestamp=receipt["started"]
    )
    operations = [
        *receipt["operations"],
        *(each["operation"] for each in receipt["findings"]),
        *(each["operation"] for each in receipt["not_run"] if each["what"] not in CASES),
    ]
    totals = {"tests": 0, "failures": 0, "skipped": 0}
    for operation in dict.fromkeys(operations):
        findings = [each for each in receipt["findings"] if each["operation"] == operation]
        failing = {each["check"] for each in findings}
        calls = receipt["operations"].get(operation, {}).get("calls", 0)
        made = [*(CHECKS if calls else ()), *receipt["checks"].get(operation, ())]
        passed = [each for each in dict.fromkeys(made) if each not in failing]
        unmade = {
            _check(each["what"]): each["why"]
            for each in receipt["not_run"]
            if each["operation"] == operation and each["what"] not in CASES
        }
        unmade = {check: why for check, why in unmade.items() if check not in {*made, *failing}}
        counts = {
            "tests": len(findings) + len(passed) + len(unmade),
            "failures": sum(map(red, findings)),
            "skipped": sum(not red(each) for each in findings) + len(unmade),
        }
        totals = {name: totals[name] + counts[name] for name in totals}
        suite = ET.SubElement(
            root,
            "testsuite",
            {
                "name": _clean(operation),
                **{name: str(count) for name, count in counts.items()},
                "errors": "0",
                "time": "0",
            },
        )
        for finding in findings:
            _failing(suite, finding)
        for check in passed:
            _case(suite, operation, check)
        for check, why in unmade.items():
            ET.SubElement(_case(suite, operation, check), "skipped", message=_clean(f"not run: {why}"))
    root.attrib.update({name: str(count) for name, count in {**totals, "errors": 0}.items()})
    ET.indent(root)
    return _HEAD + ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _check(what: str) -> str:
    return what if what.startswith("law:") else f"probe:{what}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _case(suite: ET.Element, operation: str, name: str) -> ET.Element:
    classname = _clean(f"{_PACKAGE}.{operation}")
    return ET.SubElement(suite, "testcase", classname=classname, name=_clean(name), time="0")


def _failing(suite: ET.Element, finding: Mapping[str, Any]) -> None:
    name = f"{finding['check']} [{finding['id']}] {finding['clause']}"
    case = _case(suite, finding["operation"], name)
    note = standing(finding["baseline"])
    message = finding["statement"] + (f" [{note}]" if note else "")
    if not red(finding):
        ET.SubElement(case, "skipped", message=_clean(message))
        return
    failure = ET.SubElement(case, "failure", type=finding["severity"], message=_clean(message))
    lines = [
        finding["statement"],
        f"clause: {finding['clause']} in spec/openapi.yaml",
        f"seen: {finding['count']} times; id {finding['id']}",
    ]
    if finding["curl"]:
        lines += ["", finding["curl"]]
    failure.text = _clean("\n".join(lines))
