"""The copy that is generated from: no security, nothing that is not of the run, no name that is not a fixture
or impossible, everything else as it was."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from punchh_contract.conformance.fixtures import Fixtures, read
from punchh_contract.conformance.impossible import impossible
from punchh_contract.conformance.naming import KEY, holder, member, namings
from punchh_contract.conformance.preparation import links, prepare
from punchh_contract.contract import load
from punchh_contract.errors import UsageError

ALL = tuple(load().operations)
URL = "http://127.0.0.1:1"
FIXTURES = read(
    """
operations:
  force_redeem: {user_id: [111111111], redemption.reward_id: [71001]}
  create_online_redemption: {discount_type: [card_completion], store_number: ['401'], client: [my-client]}
""",
    load(),
    "f",
)


def prepared(*operation_ids: str, fixtures: Fixtures = FIXTURES, own: bool = True) -> dict[str, Any]:
    return prepare(load(), URL, operation_ids or ALL, fixtures, own=own)


def posts(document: dict[str, Any]) -> dict[str, Any]:
    return {item["post"]["operationId"]: item["post"] for item in document["paths"].values()}


def media(document: dict[str, Any], operation_id: str) -> dict[str, Any]:
    found: dict[str, Any] = posts(document)[operation_id]["requestBody"]["content"]["application/json"]
    return found


def marked(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if KEY in node:
            yield node
        for each in node.values():
            yield from marked(each)
    elif isinstance(node, list):
        for each in node:
            yield from marked(each)


def test_security_is_gone_and_the_contract_is_untouched() -> None:
    before = copy.deepcopy(load().document)

    document = prepared()

    assert '"security' not in json.dumps(document)
    assert load().document == before


def test_answers_and_vocabulary_stay() -> None:
    document, original = prepared(), load().document

    assert document["components"]["responses"] == original["components"]["responses"]
    assert document["components"]["schemas"] == original["components"]["schemas"]
    for path, item in document["paths"].items():
        changed = ("security", "requestBody")
        assert {k: v for k, v in item["post"].items() if k not in changed} == {
            k: v for k, v in original["paths"][path]["post"].items() if k not in changed
        }


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("fixtures", [FIXTURES, Fixtures()], ids=["fixtures", "none"])
def test_whatever_names_something_is_a_choice_of_fixtures_and_impossible_values(
    fixtures: Fixtures, own: bool
) -> None:
    document = prepared(fixtures=fixtures, own=own)

    assert "$ref" not in json.dumps([post["requestBody"] for post in posts(document).values()])
    for operation_id in ALL:
        schemas = list(marked(media(document, operation_id)["schema"]))
        assert schemas
        allowed: list[Any] = [each.value for each in fixtures if each.operation == operation_id]
        for naming in namings(load(), load().operation(operation_id)):
            allowed += impossible(naming).valid
        for schema in schemas:
            values = [schema["const"]] if "const" in schema else schema["enum"]
            assert all(member(each, allowed) for each in values)


def test_two_operations_do_not_share_a_schema() -> None:
    document = prepared()
    force = media(document, "force_redeem")["schema"]["properties"]["user_id"]
    batch = media(document, "process_batch_redemption")["schema"]["properties"]["user_id"]

    assert force["enum"] == [111111111, 2**63 - 1]
    assert batch["enum"] == [2**63 - 1]


def test_a_branch_that_takes_by_its_constant_needs_a_fixture() -> None:
    def kinds(fixtures: Fixtures) -> list[str]:
        schema = media(prepared(fixtures=fixtures), "create_online_redemption")["schema"]
        return [branch["allOf"][1]["properties"]["discount_type"]["const"] for branch in schema["oneOf"]]

    assert "card_completion" in kinds(FIXTURES)
    assert "card_completion" not in kinds(Fixtures())
    assert len(kinds(FIXTURES)) == len(kinds(Fixtures())) + 1 == 6


def test_elsewhere_who_calls_is_left_to_the_run() -> None:
    document = prepared(own=False)
    for operation_id in ALL:
        text = json.dumps([media(document, operation_id), posts(document)[operation_id].get("parameters")])
        for name in ('"client"', "authentication_token", "UserAgent"):
            assert name not in text
    online = media(document, "create_online_redemption")["schema"]["oneOf"][0]["allOf"][0]
    assert "client" not in online["required"]
    assert "store_number" in online["required"]
    assert any("AcceptLanguage" in str(each) for each in posts(document)[ALL[2]]["parameters"])


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("fixtures", [FIXTURES, Fixtures()], ids=["fixtures", "none"])
def test_examples_name_fixtures_and_impossible_values(fixtures: Fixtures, own: bool) -> None:
    document = prepared(fixtures=fixtures, own=own)
    for operation_id in ALL:
        examples = media(document, operation_id)["examples"]
        schema = jsonschema_rs.validator_for(media(document, operation_id)["schema"])
        assert examples
        assert all(schema.is_valid(each["value"]) for each in examples.values())
        for naming in namings(load(), load().operation(operation_id)):
            for each in examples.values():
                place = holder(each["value"], naming.path)
                if place is not None and naming.const is None:
                    known = [one.value for one in fixtures.of(operation_id, naming.field)]
                    assert member(place[naming.path[-1]], [*known, *impossible(naming).valid])
    kinds = {
        each["value"]["discount_type"]
        for each in media(document, "create_online_redemption")["examples"].values()
    }
    assert ("card_completion" in kinds) is bool(len(fixtures))


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("operation_id", ALL)
def test_schemathesis_generates_from_the_copy(operation_id: str, mode: GenerationMode, own: bool) -> None:
    document = prepared(own=own)
    operation = schemathesis.openapi.from_dict(document).find_operation_by_id(operation_id)
    valid = jsonschema_rs.validator_for(media(document, operation_id)["schema"])
    bodies: list[Any] = []

    @settings(
        max_examples=25,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def generate(case: Any) -> None:
        bodies.append(case.body)

    generate()
    objects = [each for each in bodies if isinstance(each, dict)]
    assert len(objects) >= 5
    if mode is GenerationMode.POSITIVE:
        assert all(valid.is_valid(each) for each in bodies)
    else:
        assert not all(valid.is_valid(each) for each in objects)


def test_only_the_target_is_a_server() -> None:
    assert prepared()["servers"] == [{"url": URL}]


def test_only_the_operations_of_the_run_stay() -> None:
    document = prepared("force_redeem")

    assert list(posts(document)) == ["force_redeem"]
    assert "webhooks" not in document


def test_a_link_to_an_operation_that_is_left_out_goes_too() -> None:
    assert "redeem_online" in json.dumps(prepared())
    assert "redeem_online" not in json.dumps(prepared("create_subscription_redemption_code"))


def test_links_name_source_target_and_body() -> None:
    source, target, body = links(load(), ALL)["redeem_online"]

    assert (source.id, target.id) == ("create_subscription_redemption_code", "create_online_redemption")
    assert body["redemption_code"] == "$response.body#/redemption_tracking_code"
    assert links(load(), ("create_online_redemption",)) == {}


def test_an_unknown_operation_is_the_users_mistake() -> None:
    with pytest.raises(UsageError, match="no operation 'redeem_moon'"):
        prepared("redeem_moon")
