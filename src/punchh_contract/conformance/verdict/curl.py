"""An exchange as a shell snippet for bash, curl and our own `sign`: it sends the very bytes, once the reader
has set the variables that stand for what we do not write down.

Without one of them it sends nothing: a header that is empty by mistake is a failed authentication at the
vendor, who blocks an address for ten of them. It is a subshell, which ends without the reader's own shell,
and has no comments, which not every interactive shell knows.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from punchh_contract.conformance.verdict import templates
from punchh_contract.conformance.verdict.findings import Exchange
from punchh_contract.contract import Contract, Operation
from punchh_contract.json_types import JsonValue
from punchh_contract.signing import ALGORITHMS

# Values go into the text of a JSON string: a quote or backslash in one would end it.
_JSON = """json() { printf '%s' "$1" | sed 's/[\\\\"]/\\\\&/g'; }"""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\'!]")
_PLAIN = re.compile(r"[A-Za-z0-9_./:,=?&%+-]+")


def snippet(contract: Contract, exchange: Exchange, target: str) -> str:
    """Return the snippet, lines without a final line break; `target` is the run's origin."""
    operation = contract.operation(exchange.operation)
    variables: dict[str, str] = {}
    body = _text(exchange, exchange.body, variables)
    headers = [
        _header(exchange, value, variables, f"{name}: ") if value != "" else word(f"{name};")
        for name, value in exchange.headers.items()
    ]
    if "user-agent" not in map(str.lower, exchange.headers):
        headers.append(word("User-Agent:"))  # without it curl sends its own name
    if operation.signature and exchange.digest != "none":
        headers.append(word(f"{operation.signature.header}: ") + '"$DIGEST"')
        variables[exchange.secret or "PUNCHH_SECRET"] = "the client secret, as for the run"
    lines = ["(", "set -eu"]
    lines += [f': "${{{name}:?{meaning}}}"' for name, meaning in variables.items()]
    lines.append(f"PUNCHH_TARGET=${{PUNCHH_TARGET:-{word(target)}}}")
    if "$(json " in body:
        lines.append(_JSON)
    lines.append(f"BODY={body}")
    if operation.signature and exchange.digest != "none":
        lines.append(f"export {exchange.secret or 'PUNCHH_SECRET'}")  # `sign` reads it from there
        # `-e` means nothing where the reader puts `&&` or `if` around it: `exit` does.
        lines.append(f"DIGEST=$({_signing(operation, exchange)}) || exit")
    call = [
        f'curl -sS -i -X {operation.method} "$PUNCHH_TARGET"{word(exchange.uri)}',
        *(f"-H {header}" for header in headers),
        "--data-binary @-",
    ]
    lines.append("printf '%s' \"$BODY\" | " + " \\\n  ".join(call))
    lines.append(")")
    return "\n".join(lines)


def _signing(operation: Operation, exchange: Exchange) -> str:
    """The command that prints the digest: of the right bytes, or of those that were signed then."""
    algorithm = operation.signature.algorithm if operation.signature else ALGORITHMS[0]
    text, how = '"$BODY"', f"--operation {operation.id}"
    if exchange.uri != operation.path and exchange.digest != "other path":
        how += f" --uri {word(exchange.uri)}"
    if exchange.digest == "other algorithm":
        other = next(each for each in ALGORITHMS if each != algorithm)
        how = f"--algorithm {other} --uri {word(exchange.uri)}"
    elif exchange.digest == "other body":
        text = '"$BODY-as-it-was-not-sent"'
    if exchange.secret not in (None, "PUNCHH_SECRET"):
        how += f" --secret-env {exchange.secret}"
    # A body of the wrong form makes `sign` warn on standard error, and sign it all the same.
    return f"printf '%s' {text} | punchh-contract sign {how}"


def _text(exchange: Exchange, template: Any, variables: dict[str, str]) -> str:
    """A template of a body as one shell word."""
    if templates.kind(template) == templates.RAW:
        return _header(exchange, template[templates.RAW], variables)
    return "".join(_shell(each) for each in _merged(_pieces(exchange, template, variables))) or "''"


def _pieces(exchange: Exchange, node: Any, variables: dict[str, str]) -> Iterator[str | list[str]]:
    """JSON text of a template in pieces: text as it stands, and in a list what the shell expands."""
    match templates.kind(node):
        case None | "$literal":
            plain: JsonValue = node[templates.LITERAL] if templates.kind(node) else node
            if isinstance(plain, dict):
                for place, (key, value) in enumerate(plain.items()):
                    yield ("," if place else "{") + json.dumps(key, ensure_ascii=False) + ":"
                    yield from _pieces(exchange, value, variables)
                yield "}" if plain else "{}"
            elif isinstance(plain, list):
                for place, value in enumerate(plain):
                    yield "," if place else "["
                    yield from _pieces(exchange, value, variables)
                yield "]" if plain else "[]"
            else:
                yield json.dumps(plain, ensure_ascii=False)
        case "$join":
            yield '"'
            for part in node[templates.JOIN]:
                if templates.kind(part):
                    yield [f'"$(json "${_variable(exchange, part, variables)}")"']
                else:
                    yield json.dumps(part, ensure_ascii=False)[1:-1]
            yield '"'
        case "$raw":
            yield from _pieces(exchange, node[templates.RAW], variables)
        case _ if templates.numeric(node):
            yield [f'"${_variable(exchange, node, variables)}"']
        case _:
            yield '"'
            yield [f'"$(json "${_variable(exchange, node, variables)}")"']
            yield '"'


def _merged(pieces: Iterator[str | list[str]]) -> Iterator[str | list[str]]:
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        if text:
            yield text
        yield piece
        text = ""
    if text:
        yield text


def _shell(piece: str | list[str]) -> str:
    if isinstance(piece, list):
        return piece[0]
    if _CONTROL.search(piece):
        # Typed into a terminal, a tab or an escape would be obeyed, and a line break be indented.
        return "$'" + _UNSAFE.sub(lambda found: f"\\x{ord(found[0]):02x}", piece) + "'"
    return "'" + piece.replace("'", "'\\''") + "'"


def _header(exchange: Exchange, template: Any, variables: dict[str, str], before: str = "") -> str:
    """A template of plain text as a shell word: nothing in it is escaped for JSON."""
    parts = template[templates.JOIN] if templates.kind(template) == templates.JOIN else [template]
    word, text = "", before
    for part in parts:
        if templates.kind(part):
            word += _quoted(text) + f'"${_variable(exchange, part, variables)}"'
            text = ""
        else:
            text += str(part)
    return word + _quoted(text)


def _variable(exchange: Exchange, placeholder: dict[str, Any], variables: dict[str, str]) -> str:
    """The variable of a placeholder, noted with what it is."""
    match templates.kind(placeholder):
        case "$credential":
            name, meaning = str(placeholder[templates.CREDENTIAL]), "as for the run"
        case "$fixture":
            operation, field, position = placeholder[templates.FIXTURE]
            name = f"FIXTURE_{re.sub(r'[^A-Z0-9]', '_', field.upper())}_{position}"
            if operation != exchange.operation:
                name = f"FIXTURE_{operation.upper()}_{name.removeprefix('FIXTURE_')}"
            meaning = f"value {position} of {field} of {operation} in the fixtures"
        case "$handed_out":
            name, meaning = (
                "HANDED_OUT",
                "a value that the target gave in an earlier answer; a fresh one of yours",
            )
        case _:
            name, meaning = "WITHHELD", "a value that was not written down"
    variables[name] = meaning
    return name


def word(text: str) -> str:
    """A text as one word of a shell."""
    return text if _PLAIN.fullmatch(text) else _shell(text)


def _quoted(text: str) -> str:
    """Text of a header: beyond ASCII by its bytes in ISO 8859-1, which is what the run sent."""
    if text.isascii():
        return _shell(text) if text else ""
    escaped = text.encode("latin-1", errors="replace").decode("latin-1")
    return (
        "$'"
        + "".join(
            each if each.isascii() and each.isprintable() and each not in "'\\" else f"\\x{ord(each):02x}"
            for each in escaped
        )
        + "'"
    )
