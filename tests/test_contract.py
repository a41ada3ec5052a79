"""The reader, against a small document that uses the whole x- vocabulary and against the real contract."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from punchh_contract import contract as reader
from punchh_contract.contract import Contract, RateLimit, Retry, Signature, load
from punchh_contract.errors import ContractError, UsageError

ROOT = Path(__file__).resolve().parents[1]

SMALL = """\
openapi: 3.1.0
info: {title: Small, version: 0.3.1}
paths:
  /api/auth/things/{kind}:
    parameters:
      - $ref: '#/components/parameters/UserAgent'
    post:
      operationId: create_thing
      tags: [Things]
      x-source: {document: "SEED-001, OAS-OO1", confidence: documented}
      x-contradiction: [C-4, C-8]
      x-rate-limit: {per_minute: 500, per_day: 100000}
      x-retry: {safe: with-key, key: external_uid}
      x-law: [one_debit, dry_run]
      x-success:
        status: 200
        request: {not: {required: [query]}}
        body:
          $ref: '#/components/schemas/Thing'
          required: [id]
      security:
        - {onlineDigest: [], accessToken: [], idToken: []}
        - {onlineDigest: []}
      parameters:
        - {name: Accept-Language, in: header, schema: {type: string}}
      requestBody: {$ref: '#/components/requestBodies/Thing'}
      responses:
        '200':
          description: It is done, or refused.
          x-source: {document: SEED-001, confidence: documented}
          x-error:
            expired: {text: 'This code has been expired', meaning: m, advice: a, retry: false}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              examples:
                expired: {value: {status: This code has been expired, at: 2015-04-03T18:05:01+05:30}}
        '401': {description: Who are you?, x-source: {document: SEED-001, confidence: documented}}
        '422': {$ref: '#/components/responses/Refused'}
  /api2/dashboard/things:
    post:
      operationId: force_thing
      tags: [Things]
      x-source: {document: SEED-000, confidence: documented}
      x-success: {status: 201, body: {required: [id]}}
      security: [{adminKey: []}]
      requestBody:
        content: {application/json: {schema: {type: object}}}
      responses:
        '201': {description: Done, content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}}
components:
  parameters:
    UserAgent: {name: User-Agent, in: header, required: true, schema: {type: string}}
  requestBodies:
    Thing:
      content: {application/json: {schema: {$ref: '#/components/schemas/NewThing'}}}
  responses:
    Refused:
      description: Refused.
      x-source: {document: OAS-OO1, confidence: documented}
      x-error:
        no_access:
          text: 'Given {what} is not accessible (for {who}), {what}'
          meaning: It is not theirs.
          advice: Ask for another.
          retry: true
          x-source: {document: SUP-1, confidence: inferred}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/ErrorList'}
          examples:
            no_access: {$ref: '#/components/examples/NoAccess'}
  examples:
    NoAccess: {value: {errors: ['Given reward is not accessible (for this guest), reward'], code: 7}}
  schemas:
    ErrorList: {type: array, items: {type: string}}
    NewThing:
      type: object
      properties: {kind: {$ref: '#/components/schemas/Kind'}, query: {type: boolean}}
      required: [kind]
    Kind: {type: string, enum: [a, b]}
    Thing:
      type: object
      properties:
        id: {type: integer}
        node: {$ref: '#/components/schemas/Node'}
        phone: {type: string, x-pii: true}
    Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}}}
    Unused: {type: string}
  securitySchemes:
    adminKey: {type: http, scheme: bearer}
    accessToken: {type: http, scheme: bearer}
    idToken: {type: apiKey, in: header, name: id-token}
    onlineDigest:
      type: apiKey
      in: header
      name: x-pch-digest
      x-signature: {header: x-pch-digest, algorithm: sha1}
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "openapi.yaml"
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def small(write: Write) -> Contract:
    return load(write(SMALL))


def test_it_knows_its_version_digest_and_operations_in_order(small: Contract, tmp_path: Path) -> None:
    assert small.version == "0.3.1"
    assert small.digest == hashlib.sha256((tmp_path / "openapi.yaml").read_bytes()).hexdigest()
    assert list(small.operations) == ["create_thing", "force_thing"]
    assert small.document["openapi"] == "3.1.0"


def test_an_operation_carries_its_facts(small: Contract) -> None:
    operation = small.operation("create_thing")
    assert (operation.method, operation.path, operation.tag) == ("POST", "/api/auth/things/{kind}", "Things")
    assert operation.family == "/api/auth"
    assert operation.signature == Signature("x-pch-digest", "sha1")
    assert [[each.name for each in schemes] for schemes in operation.security] == [
        ["onlineDigest", "accessToken", "idToken"],
        ["onlineDigest"],
    ]
    assert [each.header for each in operation.security[0]] == ["x-pch-digest", "Authorization", "id-token"]
    assert operation.rate_limit == RateLimit(500, 100_000)
    assert operation.retry == Retry("with-key", "external_uid")
    assert operation.laws == ("one_debit", "dry_run")
    assert (operation.source, operation.confidence) == ("SEED-001, OAS-OO1", "documented")
    assert [each["name"] for each in operation.parameters] == ["User-Agent", "Accept-Language"]
    assert operation.statuses == (200, 401, 422)


def test_what_an_operation_does_not_say_is_read_the_safe_way(small: Contract) -> None:
    operation = small.operation("force_thing")
    assert operation.signature is None
    assert operation.rate_limit is None
    assert operation.retry == Retry("never", None)
    assert operation.laws == ()


def test_find_takes_a_method_in_any_case_and_an_exact_path(small: Contract) -> None:
    assert small.find("post", "/api2/dashboard/things") is small.operation("force_thing")
    assert small.find("GET", "/api2/dashboard/things") is None
    assert small.find("POST", "/api2/dashboard/things/") is None


def test_an_unknown_operation_lists_the_known_ones(small: Contract) -> None:
    with pytest.raises(UsageError, match=r"'nothing'.*create_thing, force_thing"):
        small.operation("nothing")


def test_schemas_stand_alone_with_just_what_they_refer_to(small: Contract) -> None:
    operation = small.operation("create_thing")
    request = operation.request_schema
    assert request["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(request["components"]["schemas"]) == {"NewThing", "Kind"}
    validator = jsonschema_rs.validator_for(request)
    assert validator.is_valid({"kind": "a"})
    assert not validator.is_valid({"kind": "c"})

    answer = operation.response_schema(200)
    assert answer is not None
    assert set(answer["components"]["schemas"]) == {"Thing", "Node"}
    assert not jsonschema_rs.is_valid(answer, {"node": {"next": {"next": 1}}})
    assert operation.response_schema(401) is None
    assert operation.response_schema(500) is None


def test_a_standalone_schema_stays_equal_when_asked_again(small: Contract) -> None:
    once = small.operation("create_thing").request_schema
    assert small.standalone(once) == once
    assert small.standalone({"type": "string"}) == {"$schema": reader.DIALECT, "type": "string"}


@pytest.mark.parametrize(
    ("status", "request_body", "answer", "holds"),
    [
        (200, {}, {"id": 1}, True),
        (201, {}, {"id": 1}, False),
        (200, {"query": True}, {"id": 1}, False),
        (200, {}, {}, False),
        (200, {}, {"id": "1"}, False),
        (200, None, ["id"], False),
    ],
    ids=["redemption", "other status", "dry run", "no id", "id as text", "a list"],
)
def test_success_is_status_request_and_body_together(
    small: Contract, status: int, request_body: Any, answer: Any, holds: bool
) -> None:
    assert small.operation("create_thing").success.holds(status, request_body, answer) is holds


def test_success_without_a_word_on_the_request_takes_any(small: Contract) -> None:
    assert small.operation("force_thing").success.holds(201, None, {"id": 1})


def test_errors_are_keyed_by_status_and_id_refusals_as_200_too(small: Contract) -> None:
    errors = small.operation("create_thing").errors
    assert set(errors) == {(200, "expired"), (422, "no_access")}
    expired, refused = errors[200, "expired"], errors[422, "no_access"]
    assert (expired.source, expired.confidence, expired.retry) == ("SEED-001", "documented", False)
    assert (refused.source, refused.confidence, refused.retry) == ("SUP-1", "inferred", True)
    assert (refused.id, refused.status, refused.meaning, refused.advice) == (
        "no_access",
        422,
        "It is not theirs.",
        "Ask for another.",
    )


def test_a_date_in_the_yaml_stays_the_text_that_was_written(small: Contract) -> None:
    assert small.operation("create_thing").errors[200, "expired"].body()["at"] == "2015-04-03T18:05:01+05:30"


def test_an_error_body_is_the_example_with_the_placeholders_filled(small: Contract) -> None:
    fact = small.operation("create_thing").errors[422, "no_access"]
    assert (
        fact.body()
        == fact.example
        == {
            "errors": ["Given reward is not accessible (for this guest), reward"],
            "code": 7,
        }
    )
    assert fact.body(what="card")["errors"] == ["Given card is not accessible (for this guest), card"]
    assert fact.body(what=r"\1 {who}", who=17)["errors"] == [
        r"Given \1 {who} is not accessible (for 17), \1 {who}"
    ]
    assert fact.body(who="you")["code"] == 7


def test_an_error_body_is_the_callers_own_copy(small: Contract) -> None:
    fact = small.operation("create_thing").errors[422, "no_access"]
    fact.body()["errors"].clear()
    fact.body(who="you")["errors"].clear()
    assert fact.example["errors"]


def test_an_error_body_refuses_a_name_that_its_text_does_not_have(small: Contract) -> None:
    with pytest.raises(TypeError, match="no placeholder whom"):
        small.operation("create_thing").errors[422, "no_access"].body(whom="you")


def test_a_text_that_its_example_does_not_hold_is_the_contracts_fault(write: Write) -> None:
    other = SMALL.replace("this guest), reward'", "this guest), card'")
    fact = load(write(other)).operation("create_thing").errors[422, "no_access"]
    with pytest.raises(ContractError, match=r"no_access.*0 times"):
        fact.body(what="card")


def test_references_are_followed_and_a_plain_node_comes_back_itself(small: Contract) -> None:
    assert small.resolve({"$ref": "#/components/schemas/Kind"}) == {"type": "string", "enum": ["a", "b"]}
    node = {"type": "string"}
    assert small.resolve(node) is node


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("#/components/schemas/Nothing", "refers to nothing"),
        ("#/components/schemas/Kind/enum", "refers to no object"),
        ("other.yaml#/components/schemas/Kind", "no reference into"),
        ("#/info", "no reference into"),
    ],
)
def test_a_reference_that_leads_nowhere_says_so(small: Contract, ref: str, says: str) -> None:
    with pytest.raises(ContractError, match=says):
        small.resolve({"$ref": ref})


def test_a_standalone_schema_refuses_a_dangling_reference_too(small: Contract) -> None:
    with pytest.raises(ContractError, match="refers to nothing"):
        small.standalone({"anyOf": [{"$ref": "#/components/schemas/Nothing"}]})


def test_a_circle_of_references_ends(small: Contract) -> None:
    document = {**small.document, "components": {**small.document["components"], "schemas": {}}}
    document["components"]["schemas"] = {
        **small.document["components"]["schemas"],
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
    }
    with pytest.raises(ContractError, match="refers to itself"):
        Contract(document).resolve({"$ref": "#/components/schemas/A"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"openapi\.yaml:1: the document is no mapping"),
        ("- a\n- b\n", r"openapi\.yaml:1: the document is no mapping"),
        ("a: 1\nb: [1\nc: 2\n", r"openapi\.yaml:\d: no YAML"),
        ("a: 1\nb: 2\na: 3\n", r"openapi\.yaml:3: .*'a' stands twice"),
        ("a: !!python/object:os.system {}\n", r"openapi\.yaml:1: no YAML"),
        ("openapi: 3.1.0\n", r"openapi\.yaml: no OpenAPI document"),
        (SMALL.replace("Id: force_thing", "Name: x"), r"POST /api2/.*things: 'operationId' is missing"),
        (SMALL.replace("Id: force_thing", "Id: create_thing"), r"'create_thing' stands twice"),
        (SMALL.replace("{adminKey: []}", "{otherKey: []}"), r"things: 'otherKey' is missing"),
        (SMALL.replace("'401':", "4XX:"), r"POST /api/auth/things/{kind}: invalid literal.*4XX"),
        (SMALL.replace("  no_access: {$ref", "  access: {$ref"), r"'no_access' of status 422 has no example"),
        (SMALL.replace("/requestBodies/Thing", "/requestBodies/No"), r"Bodies/No refers to nothing"),
        (SMALL.replace("algorithm: sha1", "hash: sha1"), r"scheme onlineDigest: 'algorithm' is missing"),
    ],
    ids=[
        "empty", "list", "open bracket", "key twice", "foreign tag", "no version", "no operationId",
        "id twice", "unknown scheme", "status range", "error without example", "dangling reference",
        "no algorithm",
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_read_says_where(write: Write, text: str, says: str) -> None:
    with pytest.raises(ContractError, match=says):
        load(write(text))


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"none\.yaml: cannot be read: No such file"):
        load(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(ContractError, match=r"bytes\.yaml"):
        load(tmp_path / "bytes.yaml")


def test_without_a_contract_both_places_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reader, "_DOCUMENTS", (tmp_path / "a.yaml", tmp_path / "b.yaml"))
    with pytest.raises(ContractError, match=r"a\.yaml.*b\.yaml"):
        load()


def test_a_wheel_without_a_checkout_reads_its_own_copy(
    monkeypatch: pytest.MonkeyPatch, write: Write, tmp_path: Path
) -> None:
    monkeypatch.setattr(reader, "_DOCUMENTS", (tmp_path / "no-checkout.yaml", write(SMALL)))
    assert load().version == "0.3.1"


def test_a_merge_may_override_again_and_again_and_is_no_key_twice(write: Write) -> None:
    merged = "a: &a {x: 1, y: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: *b, x: 3}\nd: {<<: *b, z: 0}\n"
    document = load(write(SMALL + merged)).document
    assert document["c"] == {"x": 3, "y": 1}
    assert document["d"] == {"x": 2, "y": 1, "z": 0}


def test_reading_twice_reads_once(write: Write) -> None:
    path = write(SMALL)
    assert load(path) is load(path)


def test_importing_and_loading_pulls_in_no_http_and_no_validator() -> None:
    code = (
        "import sys, punchh_contract.contract as c; c.load();"
        "print(*sorted({'httpx', 'requests', 'jsonschema', 'jsonschema_rs', 'starlette'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_without_libyaml_the_same_contract_is_read_more_slowly() -> None:
    code = (
        "import yaml; del yaml.CSafeLoader; import json, sys, punchh_contract.contract as c;"
        "assert issubclass(c._Loader, yaml.SafeLoader); json.dump(c.load().document, sys.stdout)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == load().document


def test_the_real_contract_has_the_four_operations_with_their_signatures() -> None:
    contract = load()
    assert {
        each.id: (each.method, each.path, each.success.status) for each in contract.operations.values()
    } == {
        "force_redeem": ("POST", "/api2/dashboard/redemptions/force_redeem", 201),
        "create_online_redemption": ("POST", "/api/auth/redemptions/online_order", 200),
        "process_batch_redemption": ("POST", "/api/pos/batch_redemptions", 200),
        "create_subscription_redemption_code": ("POST", "/api2/mobile/redemptions/subscription", 200),
    }
    algorithms = {
        each.family: each.signature and each.signature.algorithm for each in contract.operations.values()
    }
    assert algorithms == {
        "/api2/dashboard": None,
        "/api/auth": "sha1",
        "/api/pos": None,
        "/api2/mobile": "sha256",
    }
    assert re.fullmatch(r"\d+\.\d+\.\d+", contract.version)


def test_every_schema_of_the_real_contract_compiles_alone() -> None:
    compiled = 0
    for operation in load().operations.values():
        for schema in [operation.request_schema, *filter(None, operation.responses.values())]:
            jsonschema_rs.validator_for(schema)
            compiled += 1
        assert operation.success.holds(0, None, None) is False
        assert operation.success.holds(operation.success.status, {}, {}) is False
    assert compiled >= 16


def test_every_error_of_the_real_contract_is_a_body_of_its_status() -> None:
    facts = [(each, fact) for each in load().operations.values() for fact in each.errors.values()]
    assert facts
    for operation, fact in facts:
        schema = operation.response_schema(fact.status)
        assert schema is not None
        assert jsonschema_rs.is_valid(schema, fact.body()), (operation.id, fact.status, fact.id)
        names = re.findall(r"\{([a-z_][a-z0-9_]*)\}", fact.text)
        if names:
            filled = fact.body(**dict.fromkeys(names, "7"))
            assert jsonschema_rs.is_valid(schema, filled), (operation.id, fact.status, fact.id)
            assert re.sub(r"\{[a-z_][a-z0-9_]*\}", "7", fact.text) in _strings(filled)
        else:
            assert fact.text in _strings(fact.example)


def _strings(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list):
        return [text for value in node for text in _strings(value)]
    return [node] if isinstance(node, str) else []
