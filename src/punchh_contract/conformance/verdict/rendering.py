"""The formats that a receipt is rendered to, by name: from the receipt alone, so the same at any time."""

from collections.abc import Callable

from punchh_contract.conformance.verdict import junit, markdown, page
from punchh_contract.conformance.verdict.receipt import Document

FORMATS: dict[str, Callable[[Document], str]] = {
    "html": page.document,
    "junit": junit.document,
    "markdown": markdown.document,
}
FILES = {"html": "report.html", "junit": "junit.xml", "markdown": "summary.md"}
"""What a run calls the file of each."""
