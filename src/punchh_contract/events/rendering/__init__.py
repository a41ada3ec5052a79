"""Findings in the formats that people and programs read. Returns or hands over text, prints nothing.

Formats are imported when they are asked for: a check of one file needs one of them.
"""

import importlib

from punchh_contract.events.rendering.base import FailOn, Options, Rendering, Write
from punchh_contract.events.rendering.lines import as_line, as_sentence, printable

__all__ = [
    "FORMATS",
    "FailOn",
    "Options",
    "Rendering",
    "Write",
    "as_line",
    "as_sentence",
    "printable",
    "rendering",
]

FORMATS = {
    "text": "text.Text",
    "json": "documents.Document",
    "ndjson": "documents.Lines",
    "junit": "junit.Junit",
    "sarif": "sarif.Sarif",
    "github": "github.Github",
    "markdown": "markdown.Markdown",
}
"""Name of a format to where it is, below this package."""


def rendering(form: str, write: Write, options: Options | None = None) -> Rendering:
    """Return the rendering of a format, one of `FORMATS`, that writes through `write`."""
    module, _, name = FORMATS[form].partition(".")
    found: type[Rendering] = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    return found(write, options)
