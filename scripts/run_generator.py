"""Run openapi-python-client's own command line with one more reserved word; called by `generate.py`.

The event has a property named `additional_properties`, which is also the generated models' bag for unknown
fields; without the reserved word the model cannot even be constructed, and the generator exits 0.
"""

from openapi_python_client import strings
from openapi_python_client.cli import app

if __name__ == "__main__":
    # An AttributeError here means that the generator moved: see the recipe for an upgrade in CONTRIBUTING.md.
    strings.RESERVED_WORDS = {*strings.RESERVED_WORDS, "additional_properties"}
    app()
