"""Documents and generated packages that the tests of the generation share; each is generated once."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from generate_client import generate_client

from punchh_contract import contract

Document = dict[str, Any]

_SMALL: Document = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1.2.3"},
    "paths": {
        "/things": {
            "post": {
                "operationId": "make_thing",
                "tags": ["Things"],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                },
                "responses": {
                    "200": {
                        "description": "Made.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    }
                },
            }
        }
    },
    "webhooks": {
        "redemptions": {
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
                },
                "responses": {"200": {"description": "Received."}},
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "colour": {"$ref": "#/components/schemas/KnownColour"},
                },
            },
            "KnownColour": {"type": "string", "enum": ["red", "blue"]},
        }
    },
}


@pytest.fixture
def small() -> Document:
    """A contract of one operation and two schemas, the test's own."""
    return copy.deepcopy(_SMALL)


@pytest.fixture
def document() -> Document:
    """The real contract, the test's own."""
    return copy.deepcopy(contract.load().document)


@pytest.fixture(scope="session")
def real_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package generated from the real contract. Read only: copy before planting a fault."""
    package = tmp_path_factory.mktemp("real") / "punchh_client"
    generate_client(contract.load().document, package)
    return package


@pytest.fixture
def generated(tmp_path: Path) -> Callable[[Document], Path]:
    """Generate a package for a document, with all that production does, and return its folder."""

    def run(document: Document) -> Path:
        package = tmp_path / "punchh_client"
        generate_client(document, package)
        return package

    return run
