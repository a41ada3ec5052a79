"""Each rewrite does what `generated/README.md` says of it, where it should and nowhere else."""

import copy
import re
from pathlib import Path
from typing import Any

from generate_client import generate_client
from prepare_contract import (
    REWRITES,
    credentials_left_to_auth,
    dates_as_text,
    own_descriptions,
    prepare,
    unbroken_paragraphs,
)

Document = dict[str, Any]


def test_dates_become_text_and_nothing_else_changes() -> None:
    document = {
        "components": {
            "schemas": {
                "Thing": {
                    "properties": {
                        "at": {"type": ["string", "null"], "format": "date-time", "description": "When."},
                        "day": {"type": "string", "format": "date"},
                        "id": {"type": "integer", "format": "int64"},
                        "format": {"type": "string", "format": "date-time"},
                        # A property may be called like a keyword that holds a payload.
                        "value": {"type": "string", "format": "date-time"},
                    },
                    "example": {"type": "string", "format": "date-time"},
                }
            }
        }
    }
    thing = dates_as_text(document)["components"]["schemas"]["Thing"]
    assert thing["properties"] == {
        "at": {"type": ["string", "null"], "description": "When."},
        "day": {"type": "string"},
        "id": {"type": "integer", "format": "int64"},
        "format": {"type": "string"},
        "value": {"type": "string"},
    }
    assert thing["example"] == {"type": "string", "format": "date-time"}


def test_a_description_beside_a_reference_to_a_plain_value_is_kept(small: Document, tmp_path: Path) -> None:
    schemas = small["components"]["schemas"]
    schemas["Id"] = {"type": ["integer", "null"], "minimum": 1, "description": "Any id."}
    properties = schemas["Thing"]["properties"]
    properties["owner"] = {"$ref": "#/components/schemas/Id", "description": "Who owns it."}
    properties["maker"] = {"$ref": "#/components/schemas/Id"}
    properties["colour"]["description"] = "Its paint."
    properties["part"] = {"$ref": "#/components/schemas/Thing", "description": "A part."}
    properties["lost"] = {"$ref": "#/components/schemas/Lost", "description": "Leads nowhere."}
    rewritten = own_descriptions(small)["components"]["schemas"]["Thing"]["properties"]
    assert rewritten["owner"] == {"type": ["integer", "null"], "minimum": 1, "description": "Who owns it."}
    for name in ("maker", "colour", "part", "lost"):
        assert rewritten[name] == properties[name], name

    del properties["lost"]
    generate_client(small, tmp_path / "client")
    docstring = (tmp_path / "client" / "models" / "thing.py").read_text()
    assert "owner (int | None | Unset): Who owns it." in docstring
    assert "maker (int | None | Unset): Any id." in docstring


def test_a_parameter_is_described_where_the_generator_looks(small: Document, tmp_path: Path) -> None:
    parameter = {
        "name": "User-Agent",
        "in": "header",
        "description": "Who asks.",
        "schema": {"type": "string"},
    }
    small["paths"]["/things"]["post"]["parameters"] = [
        parameter,
        {**parameter, "name": "Two", "schema": {"type": "string", "description": "Its own."}},
    ]
    generate_client(small, tmp_path / "client")
    docstring = (tmp_path / "client" / "api" / "things" / "make_thing.py").read_text()
    assert "user_agent (str | Unset): Who asks." in docstring
    assert "two (str | Unset): Its own." in docstring


def test_a_paragraph_becomes_one_line_and_a_list_stays_a_list() -> None:
    text = "One\nparagraph.\n\nAnother\none:\n\n1. first\n2. second\n- third\n\n    code\n    code\n"
    document = {
        "components": {"schemas": {"Thing": {"description": text, "example": {"description": "a\nb"}}}}
    }
    thing = unbroken_paragraphs(document)["components"]["schemas"]["Thing"]
    assert thing["description"] == (
        "One paragraph.\n\nAnother one:\n\n1. first\n2. second\n- third\n\n    code\n    code\n"
    )
    assert thing["example"] == {"description": "a\nb"}


def test_a_plain_client_may_call_a_secured_operation(small: Document, tmp_path: Path) -> None:
    small["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    small["paths"]["/things"]["post"]["security"] = [{"key": []}]
    rewritten = credentials_left_to_auth(small)
    assert "security" not in rewritten["paths"]["/things"]["post"]
    assert rewritten["components"] == small["components"]
    generate_client(small, tmp_path / "client")
    module = (tmp_path / "client" / "api" / "things" / "make_thing.py").read_text()
    takes = re.findall(r"def sync_detailed\(.*?client: ([^,]+),", module, re.DOTALL)
    assert takes == ["AuthenticatedClient | Client"]


def test_a_property_named_description_is_no_description(small: Document) -> None:
    properties = small["components"]["schemas"]["Thing"]["properties"]
    properties["description"] = {"type": "string"}
    properties["name"] = {"$ref": "#/components/schemas/KnownColour"}
    assert prepare(small) == small


def test_the_contract_itself_is_left_alone(document: Document) -> None:
    before = copy.deepcopy(document)
    prepared = prepare(document)
    assert document == before
    assert prepared != document


def test_every_rewrite_is_needed(document: Document) -> None:
    for rewrite in REWRITES:
        assert rewrite(document) != document, f"{rewrite.__name__} changes nothing; drop it"
