"""The gate "nothing dropped" is silent on what is whole, and says what is missing for each fault planted."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import generate_client
import pytest
from generate_client import GenerationError
from generated_code import read
from generated_gates import dropped

Document = dict[str, Any]
Fault = Callable[[Document], object]


def test_the_real_contract_loses_nothing(document: Document, real_package: Path) -> None:
    code = read(real_package)
    assert dropped(document, code) == []
    # The reading itself is not empty, or the line above would say nothing.
    assert len(code.endpoints) == len(document["paths"]) == 4
    assert {200, 400, 401, 412, 422} == code.endpoints[
        "post", "/api/auth/redemptions/online_order"
    ].branches.keys()
    assert code.models["RedemptionPayload"].written["additional_properties"] == "additional_properties_"
    assert code.enums["KnownEventChannel"] >= {"POS", "pos", "online order", "online_order"}


def _schemas(document: Document) -> Any:
    return document["components"]["schemas"]


def _operation(document: Document) -> Any:
    return document["paths"]["/api/pos/batch_redemptions"]["post"]


_BODY = {"content": {"application/json": {"schema": {"type": "object", "properties": {"gone": {}}}}}}

# What the contract has more than the code: the sentence that has to be heard, and the addition.
MISSING: dict[str, tuple[str, Fault]] = {
    "an operation": (
        "operation gone: no module sends GET /gone",
        lambda d: d["paths"].update({"/gone": {"get": {"operationId": "gone", "responses": {}}}}),
    ),
    "a path item elsewhere": (
        "paths /gone: is a reference",
        lambda d: d["paths"].update({"/gone": {"$ref": "gone.yaml"}}),
    ),
    "an operation id used twice": (
        "operation process_batch_redemption: stands at",
        lambda d: d["paths"].update({"/gone": {"get": _operation(d)}}),
    ),
    "an operation too many in the code": (
        "operations: 3 in the contract, 4 in the code",
        lambda d: d["paths"].pop("/api/pos/batch_redemptions"),
    ),
    "an operation of another name": (
        "operation gone: its module is called process_batch_redemption",
        lambda d: _operation(d).update(operationId="gone"),
    ),
    "a parameter": (
        "process_batch_redemption: parameter X-Gone is never sent",
        lambda d: _operation(d)["parameters"].append({"name": "X-Gone", "in": "header"}),
    ),
    "a body": (
        "process_batch_redemption: body: ForceRedeemRequest does not occur",
        lambda d: _operation(d)["requestBody"]["content"]["application/json"].update(
            schema={"$ref": "#/components/schemas/ForceRedeemRequest"}
        ),
    ),
    "a status": (
        "process_batch_redemption: status 409: is not parsed",
        lambda d: _operation(d)["responses"].update({"409": {"description": ""}}),
    ),
    "a range of statuses": (
        "status 5XX: is no plain number",
        lambda d: _operation(d)["responses"].update({"5XX": {"description": ""}}),
    ),
    "the body of a status": (
        "status 404: OnlineRedemption does not occur",
        lambda d: _operation(d)["responses"].update(
            {
                "404": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/OnlineRedemption"}}
                    }
                }
            }
        ),
    ),
    "the inline body of a status": (
        "status 404: property gone is no attribute",
        lambda d: _operation(d)["responses"].update({"404": _BODY}),
    ),
    "an external schema": (
        "status 404: other.yaml#/Thing leads nowhere",
        lambda d: _operation(d)["responses"].update(
            {"404": {"content": {"application/json": {"schema": {"$ref": "other.yaml#/Thing"}}}}}
        ),
    ),
    "an object": (
        "components/schemas/Gone: no model Gone",
        lambda d: _schemas(d).update({"Gone": {"type": "object"}}),
    ),
    "an enumeration": (
        "components/schemas/Gone: no enumeration",
        lambda d: _schemas(d).update({"Gone": {"type": "string", "enum": ["a"]}}),
    ),
    "a value of an enumeration": (
        "components/schemas/Channel: the enumeration lacks gone",
        lambda d: _schemas(d)["Channel"]["enum"].append("gone"),
    ),
    "a property": (
        "components/schemas/MenuItem: property gone is no attribute",
        lambda d: _schemas(d)["MenuItem"]["properties"].update({"gone": {"type": "string"}}),
    ),
    "a property of a nullable object": (
        "components/schemas/EventRedemptionCode: property gone is no attribute",
        lambda d: _schemas(d)["EventRedemptionCode"].update(
            {"type": ["object", "null"], "properties": {"gone": {"type": "string"}}}
        ),
    ),
    "a property that every variant inherits": (
        "components/schemas/OnlineSubscriptionRequest: property gone is no attribute",
        lambda d: _schemas(d)["OnlineRedemptionBase"]["properties"].update({"gone": {"type": "string"}}),
    ),
    "a property of one variant": (
        "components/schemas/OnlineRewardRequest: property gone is no attribute",
        lambda d: _schemas(d)["OnlineRewardRequest"]["allOf"][1]["properties"].update({"gone": {}}),
    ),
    "a property of an inline object": (
        "components/schemas/ErrorDetail: property error: property gone is no attribute",
        lambda d: _schemas(d)["ErrorDetail"]["properties"]["error"]["properties"].update({"gone": {}}),
    ),
    "a variant": (
        "create_online_redemption: body: oneOf 6: ForceRedeemRequest does not occur",
        lambda d: _schemas(d)["OnlineRedemptionRequest"]["oneOf"].append(
            {"$ref": "#/components/schemas/ForceRedeemRequest"}
        ),
    ),
    "properties beside variants": (
        "components/schemas/OnlineRedemptionRequest: no model OnlineRedemptionRequest",
        lambda d: _schemas(d)["OnlineRedemptionRequest"].update(
            {"properties": {"client": {"type": "string"}}}
        ),
    ),
    "a requirement": (
        "components/schemas/LineItem: property serial_number is required and may be left out",
        lambda d: _schemas(d)["LineItem"]["required"].append("serial_number"),
    ),
    "a requirement too many": (
        "components/schemas/OnlineRewardRequest: property client is optional and has to be given",
        lambda d: _schemas(d)["OnlineRedemptionBase"]["required"].remove("client"),
    ),
    "a type": (
        "components/schemas/LineItem: property item_name: no int for integer",
        lambda d: _schemas(d)["LineItem"]["properties"]["item_name"].update(type=["string", "integer"]),
    ),
    "a null": (
        "components/schemas/LineItem: property item_name: no None for null",
        lambda d: _schemas(d)["LineItem"]["properties"]["item_name"].update(type=["string", "null"]),
    ),
    "a list": (
        "components/schemas/LineItem: property item_name: no list",
        lambda d: _schemas(d)["LineItem"]["properties"].update(
            item_name={"type": "array", "items": {"type": "string"}}
        ),
    ),
    "an alternative": (
        "property redemption_code: anyOf 2: MenuItem does not occur",
        lambda d: _schemas(d)["RedemptionPayload"]["properties"]["redemption_code"]["anyOf"].append(
            {"$ref": "#/components/schemas/MenuItem"}
        ),
    ),
    "a constant": (
        "components/schemas/LineItem: property item_name: the constant 7 has no type",
        lambda d: _schemas(d)["LineItem"]["properties"].update(item_name={"type": "integer", "const": 7}),
    ),
}


@pytest.mark.parametrize(("sentence", "add"), MISSING.values(), ids=MISSING.keys())
def test_it_says_that_the_code_lacks(
    sentence: str, add: Fault, document: Document, real_package: Path
) -> None:
    add(document)
    findings = dropped(document, read(real_package))
    assert any(sentence in finding for finding in findings), findings


# What is broken in the code itself: file, what stands there, what stands there instead, the sentence.
BROKEN = {
    "a property that is not read": (
        "models/menu_item.py",
        'd.pop("menu_family")',
        '""',
        "components/schemas/MenuItem: property menu_family is no attribute",
    ),
    "a property that is not written": (
        "models/menu_item.py",
        '"menu_family": menu_family,',
        "",
        "components/schemas/MenuItem: property menu_family is no attribute",
    ),
    "an attribute declared twice": (
        "models/redemption_payload.py",
        "    additional_properties_: str | Unset = UNSET",
        "    additional_properties: str | Unset = UNSET",
        "components/schemas/RedemptionPayload: the attribute additional_properties is declared twice",
    ),
    "a model that is not exported": (
        "models/__init__.py",
        '"MenuItem",',
        "",
        "components/schemas/MenuItem: MenuItem is not exported",
    ),
    "a function that is not there": (
        "api/dashboard/force_redeem.py",
        "async def asyncio_detailed(",
        "async def other(",
        "operation force_redeem: no function asyncio_detailed",
    ),
    "a status whose branch returns nothing": (
        "api/dashboard/force_redeem.py",
        "        return response_201",
        "        pass",
        "operation force_redeem: status 201: is not parsed",
    ),
}


@pytest.mark.parametrize(("file", "good", "bad", "sentence"), BROKEN.values(), ids=BROKEN.keys())
def test_it_finds_in_the_code(
    file: str, good: str, bad: str, sentence: str, document: Document, real_package: Path, tmp_path: Path
) -> None:
    package = tmp_path / "punchh_client"
    shutil.copytree(real_package, package)
    text = (package / file).read_text()
    assert good in text
    (package / file).write_text(text.replace(good, bad))
    findings = dropped(document, read(package))
    assert any(sentence in finding for finding in findings), findings


def test_the_generator_drops_properties_beside_one_of_and_the_gate_hears_it(
    small: Document, generated: Callable[[Document], Path]
) -> None:
    schemas = small["components"]["schemas"]
    schemas["Thing"]["oneOf"] = [
        {"type": "object", "properties": {"wheels": {"type": "integer"}}},
        {"type": "object", "properties": {"wings": {"type": "integer"}}},
    ]
    findings = dropped(small, read(generated(small)))  # the generator itself is content: exit 0, no warning
    assert "components/schemas/Thing: no model Thing" in findings


def test_without_our_reserved_word_the_gate_hears_two_attributes_of_one_name(
    small: Document,
    generated: Callable[[Document], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small["components"]["schemas"]["Thing"]["properties"]["additional_properties"] = {"type": "string"}
    stock = tmp_path / "stock.py"
    stock.write_text("from openapi_python_client.cli import app\napp()\n")
    monkeypatch.setattr(generate_client, "_RUNNER", stock)
    findings = dropped(small, read(generated(small)))  # exit 0, no warning
    assert "components/schemas/Thing: the attribute additional_properties is declared twice" in findings


def test_the_generator_overwrites_one_operation_by_another_and_the_gate_hears_it(
    small: Document, generated: Callable[[Document], Path]
) -> None:
    small["paths"]["/others"] = small["paths"]["/things"]
    try:
        findings = dropped(small, read(generated(small)))
    except GenerationError as error:
        pytest.fail(f"the generator now says so itself: {error}")
    assert "operation make_thing: stands at /things and at /others" in findings
    assert "operations: 2 in the contract, 1 in the code" in findings


@pytest.mark.parametrize(
    "reference", ["other.yaml#/components/schemas/Thing", "#/components/schemas/Nothing", "#/$defs/Thing"]
)
def test_an_operation_that_the_generator_would_drop_is_an_error(
    small: Document, generated: Callable[[Document], Path], reference: str
) -> None:
    media = small["paths"]["/things"]["post"]["requestBody"]["content"]["application/json"]
    media["schema"] = {"$ref": reference}
    with pytest.raises(GenerationError, match=r"(?s)refused.*POST /things"):
        generated(small)


def test_a_whole_small_contract_passes(small: Document, generated: Callable[[Document], Path]) -> None:
    assert dropped(small, read(generated(small))) == []
