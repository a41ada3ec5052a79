"""The house rules for what the contract says about its own bodies: success, retry, links and keys fit them.

One small function a rule; its name is the rule's id, its docstring the reason.
"""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from spec_document import Place, Rule, Spec, Trouble, declared, nodes, operations, schemas, token

# Which digest a family asks for; the others know none.
DIGESTS = {"/api/auth/": ["sha1"], "/api2/mobile/": ["sha256"]}
EXPRESSION = "$response.body#/"
QUOTE = "quote"


def retry_key(spec: Spec) -> Iterator[Trouble]:
    """A client that repeats a call under a key which no body has, redeems twice."""
    for pointer, operation in operations(spec, webhooks=False):
        key = operation.get("x-retry", {}).get("key")
        if key is not None and not declared(spec, _schema(spec, operation.get("requestBody")), [key]):
            yield Trouble(f"{pointer}/x-retry/key", f"the request has no field `{key}`", "name one it has")


def success_facts(spec: Spec) -> Iterator[Trouble]:
    """Client and run tell a redemption from a refusal by it: it must know the bodies, and fit an example."""
    for pointer, operation in operations(spec, webhooks=False):
        success = operation.get("x-success", {})
        answer = operation.get("responses", {}).get(str(success.get("status")))
        if success and answer is None:
            fix = "name a status of its responses"
            yield Trouble(f"{pointer}/x-success", "x-success names no status of the operation", fix)
            continue
        for part, holder in (("request", operation.get("requestBody")), ("body", answer)):
            if part not in success:
                continue
            at = f"{pointer}/x-success/{part}"
            for path in _named(success[part], ()):
                if not declared(spec, _schema(spec, holder), path):
                    yield Trouble(at, f"no body has `{'.'.join(path)}`", "name a field of the body")
            shown = [example.value for example in _examples(spec, "", holder)]
            if shown and not any(_fits(success[part], value) for value in shown):
                yield Trouble(at, "it holds for no example", "correct it, or add the example of a success")


def _named(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of each field that `schema` names."""
    if not isinstance(schema, dict):
        return
    yield from ((*path, name) for name in schema.get("required", []))
    for name, inner in schema.get("properties", {}).items():
        yield (*path, name)
        yield from _named(inner, (*path, name))
    yield from _named(schema.get("items"), (*path, "0"))
    for part in (schema.get("not"), *schema.get("allOf", []), *schema.get("anyOf", [])):
        yield from _named(part, path)


def explained_refusals(spec: Spec) -> Iterator[Trouble]:
    """Whoever meets a refusal needs its meaning and advice, and must not take it for a success."""
    for pointer, operation in operations(spec, webhooks=False):
        success = operation.get("x-success", {})
        for status, response in operation.get("responses", {}).items():
            at, answer = spec.place(f"{pointer}/responses/{token(status)}", response)
            facts = answer.get("x-error", {})
            if not facts and status < "400":
                continue
            shown = {place.pointer.rpartition("/")[2]: place for place in _examples(spec, at, answer)}
            told = [place.value for name, place in shown.items() if name in facts]
            for name, place in shown.items():
                here = status < "300"
                redeemed = here and bool(success) and _fits(success["body"], place.value)
                if name in facts and redeemed:
                    yield Trouble(place.pointer, "x-success holds for this refusal", "correct x-success")
                # In a 2xx a quote is neither, and a refusal may be shown again under another name.
                other = here and (redeemed or name.startswith(QUOTE) or place.value in told)
                if name not in facts and not other:
                    fix = "add an entry of its name to x-error"
                    yield Trouble(place.pointer, "no error fact explains this refusal", fix)


def discriminators(spec: Spec) -> Iterator[Trouble]:
    """A reader, and the generated client, picks the variant by the mapping alone."""
    for pointer, schema in schemas(spec):
        if "discriminator" not in schema:
            continue
        at, field = f"{pointer}/discriminator", schema["discriminator"]["propertyName"]
        mapping = schema["discriminator"].get("mapping", {})
        variants = [variant.get("$ref") for variant in schema.get("oneOf", [])]
        if sorted(mapping.values()) != sorted(map(str, variants)):
            yield Trouble(at, "the mapping and oneOf name different variants", "name each once in both")
            continue
        for key, ref in mapping.items():
            consts = [one.get("const") for one in declared(spec, {"$ref": ref}, [field])]
            if consts != [key]:
                fix = f"write `const: {key}` there"
                yield Trouble(f"{at}/mapping/{token(key)}", f"`{field}` of this variant is not `{key}`", fix)


def links(spec: Spec) -> Iterator[Trouble]:
    """The contract run follows a link blindly: both the answer and the next request must have the field."""
    requests = {one.get("operationId"): one.get("requestBody") for _, one in operations(spec, webhooks=False)}
    for pointer, response in nodes(spec.document):
        if not re.search(r"/responses/[^/]+$", pointer):
            continue
        for name, link in response.get("links", {}).items():
            at = f"{pointer}/links/{token(name)}/requestBody"
            for field, value in link.get("requestBody", {}).items():
                if not declared(spec, _schema(spec, requests.get(link.get("operationId"))), [field]):
                    yield Trouble(f"{at}/{token(field)}", "the request has no such field", "correct its name")
                path = str(value).removeprefix(EXPRESSION).split("/")
                if str(value).startswith("$") and not (
                    value.startswith(EXPRESSION) and declared(spec, _schema(spec, response), path)
                ):
                    fix = f"write `{EXPRESSION}` and a field"
                    yield Trouble(f"{at}/{token(field)}", f"the answer has no `{value}`", fix)


def secured(spec: Spec) -> Iterator[Trouble]:
    """Each family has its own keys and its own digest; another one is refused."""
    schemes = spec.document.get("components", {}).get("securitySchemes", {})
    for pointer, operation in operations(spec, webhooks=False):
        path = pointer.split("/")[2].replace("~1", "/")
        wanted = next((digest for family, digest in DIGESTS.items() if path.startswith(family)), [])
        for index, alternative in enumerate(operation.get("security") or [{}]):
            at = f"{pointer}/security/{index}"
            if not alternative or not schemes.keys() >= alternative.keys():
                yield Trouble(at, "no declared security scheme guards this", "name one of securitySchemes")
                continue
            found = [schemes[name]["x-signature"] for name in alternative if "x-signature" in schemes[name]]
            if [signature["algorithm"] for signature in found] != wanted:
                sentence = f"this family signs with {' '.join(wanted) or 'nothing'}"
                yield Trouble(at, sentence, "name the scheme of the family, or correct its x-signature")


def signature_header(spec: Spec) -> Iterator[Trouble]:
    """Signer and verifier read the header from x-signature, every other tool from `name`."""
    for name, scheme in spec.document.get("components", {}).get("securitySchemes", {}).items():
        if "x-signature" in scheme and scheme["x-signature"]["header"] != scheme.get("name"):
            at = f"/components/securitySchemes/{token(name)}/x-signature/header"
            yield Trouble(at, "the header is not the scheme's `name`", "write the same name twice")


def _media_type(spec: Spec, holder: Any) -> dict[str, Any]:
    """The JSON of a request body or a response, `{}` where there is none."""
    media_type: dict[str, Any] = (spec.resolve(holder) or {}).get("content", {}).get("application/json", {})
    return media_type


def _schema(spec: Spec, holder: Any) -> Any:
    return _media_type(spec, holder).get("schema", {})


def _examples(spec: Spec, pointer: str, holder: Any) -> Iterator[Place]:
    """The examples of a body by their names in it, wherever their values stand."""
    for name, example in _media_type(spec, holder).get("examples", {}).items():
        at = f"{pointer}/content/application~1json/examples/{token(name)}"
        yield Place(at, (spec.resolve(example) or {}).get("value"))


def _fits(schema: Any, value: Any) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))


RULES: tuple[Rule, ...] = (
    retry_key,
    success_facts,
    explained_refusals,
    discriminators,
    links,
    secured,
    signature_header,
)
