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


def _operation(document: Document) -> Any:
    return document["paths"]["/api/pos/batch_redemptions"]["post"]


def _named(name: str, schema: Document) -> Fault:
    return lambda d: d["components"]["schemas"].update({name: schema})


def _in(path: str, **more: object) -> Fault:
    """Put more below a component, such as `LineItem.properties`: into a mapping, or at the end of a list."""

    def add(document: Document) -> None:
        node: Any = document["components"]["schemas"]
        for step in path.split("."):
            node = node[int(step)] if isinstance(node, list) else node[step]
        node.extend(more.values()) if isinstance(node, list) else node.update(more)

    return add


def _item(**schema: object) -> Fault:
    return _in("LineItem.properties", item_name=schema)


def _json(schema: Document) -> Document:
    return {"application/json": {"schema": schema}}


def _body(**more: object) -> Fault:
    return lambda d: _operation(d)["requestBody"].update(more)


def _answer(status: str, schema: Document) -> Fault:
    return lambda d: _operation(d)["responses"].update({status: {"content": _json(schema)}})


def _parameter(place: str, name: str) -> Fault:
    return lambda d: _operation(d)["parameters"].append({"name": name, "in": place})


def _header(name: str, **more: object) -> Fault:
    return lambda d: d["components"]["parameters"][name].update(more)


_GONE = {"type": "object", "properties": {"gone": {}}}
_GONE_OR_NULL: Document = {**_GONE, "type": ["object", "null"]}
_TEXT = {"type": "string"}
_FORCE = {"$ref": "#/components/schemas/ForceRedeemRequest"}
_LINE = {"$ref": "#/components/schemas/LineItem"}

# What the contract has more than the code, by the sentence that has to be heard.
MISSING: dict[str, Fault] = {
    "operation gone: no module sends GET /gone": lambda d: d["paths"].update(
        {"/gone": {"get": {"operationId": "gone", "responses": {}}}}
    ),
    "paths /gone: is a reference": lambda d: d["paths"].update({"/gone": {"$ref": "gone.yaml"}}),
    "process_batch_redemption: stands at": lambda d: d["paths"].update({"/gone": {"get": _operation(d)}}),
    "operations: 3 in the contract, 4 in the code": lambda d: d["paths"].pop("/api/pos/batch_redemptions"),
    "gone: its module is called process_batch_redemption": lambda d: _operation(d).update(operationId="gone"),
    "parameter X-Gone is never sent as header": _parameter("header", "X-Gone"),
    "parameter User-Agent is never sent as query": _parameter("query", "User-Agent"),
    "parameter User-Agent: no int for integer": _header("UserAgent", schema={"type": "integer"}),
    "parameter Accept-Language is required and may be left out": _header("AcceptLanguage", required=True),
    "parameter User-Agent is optional and has to be given": _header("UserAgent", required=False),
    "body: ForceRedeemRequest does not occur": _body(content=_json(_FORCE)),
    "body is optional and has to be given": _body(required=False),
    "process_batch_redemption: status 409: is not parsed": _answer("409", {}),
    "status 5XX: is no plain number": _answer("5XX", {}),
    "status 404: ForceRedeemRequest does not occur": _answer("404", _FORCE),
    "status 404: property gone is no attribute": _answer("404", _GONE),
    "status 404: other.yaml#/Thing leads nowhere": _answer("404", {"$ref": "other.yaml#/Thing"}),
    "Gone: no model Gone": _named("Gone", {"type": "object"}),
    "schemas/Gone: no enumeration": _named("Gone", {"type": "string", "enum": ["a"]}),
    "Channel: the enumeration lacks gone": _in("Channel.enum", last="gone"),
    "schemas/LineItem: property gone is no attribute": _in("LineItem.properties", gone=_TEXT),
    "EventRedemptionCode: property gone is no attribute": _in("EventRedemptionCode", **_GONE_OR_NULL),
    "SubscriptionRequest: property gone is no attribute": _in("OnlineRedemptionBase.properties", gone=_TEXT),
    "OnlineRewardRequest: property gone is no attribute": _in(
        "OnlineRewardRequest.allOf.1.properties", gone={}
    ),
    "property error: property gone is no attribute": _in("ErrorDetail.properties.error.properties", gone={}),
    "body: oneOf 6: ForceRedeemRequest does not occur": _in("OnlineRedemptionRequest.oneOf", last=_FORCE),
    "no model OnlineRedemptionRequest": _in("OnlineRedemptionRequest", properties={"client": _TEXT}),
    "property serial_number is required and may be left out": _in("LineItem.required", last="serial_number"),
    "OnlineRewardRequest: property client is optional and has to be given": _in(
        "OnlineRedemptionBase", required=[]
    ),
    "LineItem: property item_name: no int for integer": _item(type=["string", "integer"]),
    "LineItem: property item_name: no None for null": _item(type=["string", "null"]),
    "LineItem: property item_name: no list": _item(type="array", items=_TEXT),
    "property redemption_code: anyOf 2: LineItem does not occur": _in(
        "RedemptionPayload.properties.redemption_code.anyOf", last=_LINE
    ),
    "item_name: the constant 'a b' does not occur": _item(type="string", const="a b"),
    "item_name: the constant 7 does not occur": _item(type="integer", const=7),
    "item_name: the constant True does not occur": _item(type="boolean", const=True),
    "event_name: the constant 'gone' does not occur": _in(
        "RedemptionsEvent.properties.event_name", const="gone"
    ),
    "LineItem: unknown fields: no str for string": _in("LineItem", additionalProperties=_TEXT),
    "OnlineRewardRequest: unknown fields: LineItem does not occur": _in(
        "OnlineRedemptionBase", additionalProperties=_LINE
    ),
    "item_name: no model": _item(additionalProperties=_TEXT),
}


@pytest.mark.parametrize(("sentence", "add"), MISSING.items(), ids=MISSING.keys())
def test_it_says_that_the_code_lacks(
    sentence: str, add: Fault, document: Document, real_package: Path
) -> None:
    add(document)
    findings = dropped(document, read(real_package))
    assert any(sentence in finding for finding in findings), findings


_BAG = "    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)\n"
_LOST = "LineItem: unknown fields are lost"

# What is broken in the code itself, by file: what stands there, what stands there instead, the sentence.
BROKEN: dict[str, list[tuple[str, str, str]]] = {
    "models/line_item.py": [
        ('d.pop("item_family")', '""', "LineItem: property item_family is no attribute"),
        ('"item_family": item_family,', "", "LineItem: property item_family is no attribute"),
        (_BAG, "", _LOST),
        ("additional_properties = d\n", "b = d\n", _LOST),
        ("additional_properties = d\n", "additional_properties = {}\n", _LOST),
        ("update(self.additional_properties)", "copy()", _LOST),
        (_BAG, _BAG.replace("Any", "str"), "LineItem: unknown fields have a type in the code alone"),
    ],
    "models/redemption_payload.py": [
        (
            "additional_properties_: str | Unset",
            "additional_properties: str | Unset",
            "the attribute additional_properties is declared twice",
        )
    ],
    "models/__init__.py": [('"LineItem",', "", "LineItem: LineItem is not exported")],
    "api/dashboard/force_redeem.py": [
        ("async def asyncio_detailed(", "async def other(", "no function asyncio_detailed"),
        ("        return response_201", "        pass", "status 201: is not parsed"),
    ],
    "models/redemptions_event.py": [
        ('Literal["redemptions"]', "str", "the constant 'redemptions' does not occur")
    ],
    "models/online_reward_request.py": [
        ('Literal["reward"]', 'Literal["rewards"]', "the constant 'reward' does not occur")
    ],
    "api/pos/process_batch_redemption.py": [
        ("agent: str", "agent: str | Unset = UNSET", "parameter User-Agent is required and may"),
        ("language: str | Unset = UNSET", "language: str", "parameter Accept-Language is optional and has"),
    ],
    "models/errors_any_errors_type_1.py": [
        (
            "dict[str, list[str] | str]",
            "dict[str, Any]",
            "errors: anyOf 1: unknown fields: anyOf 1: no str for string",
        )
    ],
}


@pytest.mark.parametrize(
    ("file", "good", "bad", "sentence"),
    [(file, *fault) for file, faults in BROKEN.items() for fault in faults],
)
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


def test_parameters_of_every_place_closed_objects_and_typed_maps_pass(
    small: Document, generated: Callable[[Document], Path]
) -> None:
    schemas = small["components"]["schemas"]
    schemas["Thing"]["additionalProperties"] = {"type": "integer"}
    schemas["Closed"] = {
        "type": "object",
        "properties": {"sure": {"type": "boolean", "const": True}},
        "additionalProperties": False,
    }
    schemas["Map"] = {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Thing"}}
    small["paths"]["/things/{kind}"] = small["paths"].pop("/things")
    small["paths"]["/things/{kind}"]["parameters"] = [
        {"name": "kind", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "X-Count", "in": "header", "required": True, "schema": {"type": "integer"}},
        {"name": "sizes", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
        {"name": "colour", "in": "query", "schema": {"$ref": "#/components/schemas/KnownColour"}},
        {"name": "crumb", "in": "cookie", "schema": {"type": "boolean"}},
    ]
    assert dropped(small, read(generated(small))) == []
