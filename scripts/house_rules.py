"""The house rules for the contract as a document: text, references, names, order, examples.

One small function a rule; its name is the rule's id, its docstring the reason. `vocabulary_rules` holds those
for the x- vocabulary, `schema_rules` those for schemas, `privacy_rules` those for what may be printed.
"""

import re
from collections import Counter
from collections.abc import Iterator

import yaml
from spec_document import (
    PAYLOADS,
    Place,
    Rule,
    Spec,
    Trouble,
    components,
    composed,
    examples,
    media_types,
    nodes,
    operations,
    parameters,
    schemas,
    things,
    token,
)

KEY_ORDER = (
    "operationId",
    "summary",
    "description",
    "tags",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "x-source",
    "x-contradiction",
    "x-rate-limit",
    "x-retry",
    "x-success",
    "x-law",
)
SANDBOX = "http://127.0.0.1:"
FORBIDDEN_HEADERS = {"accept", "content-type", "authorization"}


def openapi_3_1_0(spec: Spec) -> Iterator[Trouble]:
    """The tools are pinned against this version."""
    if spec.document.get("openapi") != "3.1.0":
        yield Trouble("/openapi", "the document is not OpenAPI 3.1.0", "write `openapi: 3.1.0`")


def json_values(spec: Spec) -> Iterator[Trouble]:
    """YAML reads `200:` as a number, `2020-01-01` as a date, the last of two equal keys; JSON does not."""
    for pointer, node in nodes(spec.document, payloads=True):
        if isinstance(node, dict):
            for key in node:
                if not isinstance(key, str):
                    yield Trouble(f"{pointer}/{token(key)}", "a key is no text", "put the key in quotes")
        elif not isinstance(node, str | int | float | list | None):
            yield Trouble(pointer, f"YAML reads this as a {type(node).__name__}", "put the value in quotes")
    for pointer in _repeated_keys(composed(spec.text), ""):
        yield Trouble(pointer, "the same key stands twice; only the last counts", "keep one of them")


def _repeated_keys(node: yaml.Node, pointer: str) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        counts = Counter(key.value for key, _ in node.value)
        yield from (f"{pointer}/{token(key)}" for key, count in counts.items() if count > 1)
        for key, value in node.value:
            yield from _repeated_keys(value, f"{pointer}/{token(key.value)}")
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _repeated_keys(value, f"{pointer}/{index}")


def clean_text(spec: Spec) -> Iterator[Trouble]:
    """Trailing blanks and tabs make diffs lie."""
    lines = {line: pointer for pointer, line in spec.lines.items()}
    for number, line in enumerate(spec.text.splitlines(), start=1):
        if line != line.rstrip() or "\t" in line:
            near = max((known for known in lines if known <= number), default=1)
            yield Trouble(lines.get(near, ""), f"line {number} has a tab or blanks at its end", "remove them")


def no_empty_keys(spec: Spec) -> Iterator[Trouble]:
    """A comma in unquoted text inside braces ends it and leaves the rest as a key without a value."""
    for pointer, node in nodes(spec.document):
        for key, value in node.items() if isinstance(node, dict) else ():
            if value is None and key not in PAYLOADS:
                fix = "put the text before it in quotes"
                yield Trouble(f"{pointer}/{token(key)}", "a key has no value", fix)


def self_contained(spec: Spec) -> Iterator[Trouble]:
    """One file is the whole contract: it must read the same in a wheel, in Postman and offline."""
    operation_ids = {operation.get("operationId") for _, operation in operations(spec)}
    for pointer, node in nodes(spec.document):
        if not isinstance(node, dict):
            continue
        ref = node.get("$ref")
        if isinstance(ref, str) and not ref.startswith("#/"):
            yield Trouble(f"{pointer}/$ref", f"`{ref}` leaves this file", "move the target into `components`")
        elif isinstance(ref, str) and spec.resolve({"$ref": ref}) is None:
            yield Trouble(f"{pointer}/$ref", f"`{ref}` points at nothing", "write the name of a component")
        if "/links/" in pointer and node.get("operationId", next(iter(operation_ids))) not in operation_ids:
            yield Trouble(f"{pointer}/operationId", "the link leads to no operation", "name one of this file")


def no_unused_components(spec: Spec) -> Iterator[Trouble]:
    """A component that nothing reaches is a fact that nobody tests."""
    reached: set[str] = set()
    waiting = [Place("/paths", spec.document.get("paths")), Place("/webhooks", spec.document.get("webhooks"))]
    while waiting:
        for pointer, node in nodes(waiting.pop().value):
            names: set[str] = set()
            if isinstance(node, dict) and isinstance(node.get("$ref"), str):
                names.add(node["$ref"].removeprefix("#"))
            if re.search(r"/security/\d+$", pointer) and isinstance(node, dict):
                names.update(f"/components/securitySchemes/{token(name)}" for name in node)
            for name in names - reached:
                reached.add(name)
                waiting.append(Place(name, spec.resolve({"$ref": f"#{name}"})))
    for kind in spec.document.get("components", {}):
        for pointer, _ in components(spec, kind):
            if pointer not in reached:
                yield Trouble(
                    pointer, "no operation and no webhook reaches this component", "use or remove it"
                )


def operation_id(spec: Spec) -> Iterator[Trouble]:
    """Functions and modules are named by it; PAR's own documents share one among six operations (C-30)."""
    counts = Counter(operation.get("operationId") for _, operation in operations(spec))
    for pointer, operation in operations(spec):
        name = operation.get("operationId")
        if name is None or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
            yield Trouble(
                f"{pointer}/operationId", f"`{name}` is no snake_case name", "write it in snake_case"
            )
        elif counts[name] > 1:
            yield Trouble(f"{pointer}/operationId", f"`{name}` stands on two operations", "give each its own")


def one_tag(spec: Spec) -> Iterator[Trouble]:
    """The generator makes one module folder a tag; two tags would make the operation twice."""
    declared = {tag["name"] for tag in spec.document.get("tags", [])}
    for pointer, operation in operations(spec):
        tags = operation.get("tags", [])
        if len(tags) != 1 or not declared.issuperset(tags):
            yield Trouble(
                f"{pointer}/tags", "an operation needs exactly one declared tag", "name one of `tags`"
            )


def described(spec: Spec) -> Iterator[Trouble]:
    """A reader must learn meaning and consequence where the thing stands."""
    for pointer, operation in operations(spec):
        if not operation.get("summary", "").strip():
            yield Trouble(pointer, "the operation has no summary", "say in a few words what it does")
    for place in (*things(spec), *_fields(spec)):
        holders = (place.value, spec.resolve(place.value))
        if not any(isinstance(holder, dict) and holder.get("description") for holder in holders):
            yield Trouble(place.pointer, "there is no description", "say what it means, in our own words")


def _fields(spec: Spec) -> Iterator[Place]:
    """Every named field of a body."""
    for pointer, schema in schemas(spec):
        for name, field in schema.get("properties", {}).items():
            yield Place(f"{pointer}/properties/{token(name)}", field)


def key_order(spec: Spec) -> Iterator[Trouble]:
    """Every operation reads in the same order."""
    for pointer, operation in operations(spec):
        ranks = [KEY_ORDER.index(key) if key in KEY_ORDER else len(KEY_ORDER) for key in operation]
        if ranks != sorted(ranks):
            fix = f"order: {', '.join(KEY_ORDER)}, then all else"
            yield Trouble(pointer, "the operation's keys are out of order", fix)


def no_forbidden_parameters(spec: Spec) -> Iterator[Trouble]:
    """OpenAPI says that these three header parameters shall be ignored, so they would be dropped unseen."""
    for pointer, node in nodes(spec.document):
        if not isinstance(node, dict) or node.get("in") != "header" or "/securitySchemes/" in pointer:
            continue
        if str(node.get("name")).lower() in FORBIDDEN_HEADERS:
            fix = "leave it to `content` or to `security`"
            yield Trouble(pointer, f"OpenAPI ignores a header parameter named {node['name']}", fix)


def example_for_every_body(spec: Spec) -> Iterator[Trouble]:
    """Examples are the first requests of the contract run and the first answers of a mock."""
    for pointer, media_type in media_types(spec):
        if not any(examples(spec, pointer, media_type)):
            yield Trouble(
                pointer, "this body has no example", "add one under `examples`, named for its variant"
            )


def example_for_every_parameter(spec: Spec) -> Iterator[Trouble]:
    """Without one the first request of the contract run has to make a value up."""
    for pointer, parameter in parameters(spec):
        if not any(examples(spec, pointer, parameter)):
            yield Trouble(pointer, "this parameter has no example", "add `example`")


def body_for_every_answer(spec: Spec) -> Iterator[Trouble]:
    """Every answer to a call, an error too, has a body to be read; a webhook's receipt needs none."""
    for pointer, operation in operations(spec, webhooks=False):
        for status, response in operation.get("responses", {}).items():
            place = spec.place(f"{pointer}/responses/{token(status)}", response)
            if not place.value.get("content"):
                yield Trouble(place.pointer, "this answer has no body", "describe it under `content`")


def sandbox_first(spec: Spec) -> Iterator[Trouble]:
    """Many tools call the first server unasked; that must be nobody's till."""
    servers = spec.document.get("servers", [])
    if not servers or not servers[0]["url"].startswith(SANDBOX):
        yield Trouble("/servers", "the first server is not the sandbox", f"begin with `{SANDBOX}…`")


def caller_named(spec: Spec) -> Iterator[Trouble]:
    """The vendor refuses a request without `User-Agent`, in every family."""
    for pointer, operation in operations(spec, webhooks=False):
        found = [spec.resolve(parameter) for parameter in operation.get("parameters", [])]
        if not any(one["name"] == "User-Agent" and one.get("required") for one in found):
            yield Trouble(pointer, "the operation lacks the required header User-Agent", "add the parameter")


def shared_errors(spec: Spec) -> Iterator[Trouble]:
    """A 4xx or 5xx is written once, so that its texts and advice are found in one place."""
    for pointer, operation in operations(spec, webhooks=False):
        for status, response in operation.get("responses", {}).items():
            shared = response.get("$ref", "").startswith("#/components/responses/")
            if re.match(r"[45]", str(status)) and not shared:
                yield Trouble(
                    f"{pointer}/responses/{token(status)}", "an error is written inline", "share it"
                )


RULES: tuple[Rule, ...] = (
    openapi_3_1_0,
    json_values,
    clean_text,
    no_empty_keys,
    self_contained,
    no_unused_components,
    operation_id,
    one_tag,
    described,
    key_order,
    no_forbidden_parameters,
    example_for_every_body,
    example_for_every_parameter,
    body_for_every_answer,
    sandbox_first,
    caller_named,
    shared_errors,
)
