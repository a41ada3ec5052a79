"""The house rules for people and keys: personal data is marked; every person, key and host is invented.

One small function a rule; its name is the rule's id, its docstring the reason.
"""

import re
from collections.abc import Iterator

from spec_document import Rule, Spec, Trouble, nodes, schemas, texts, token

# Fields that name, reach or unlock a person.
PERSONAL = {
    "anniversary",
    "authentication_token",
    "avatar_remote_url",
    "birthday",
    "cc_last4",
    "client",
    "email",
    "employee_id",
    "employee_name",
    "external_source_id",
    "first_name",
    "force_message",
    "gender",
    "last_name",
    "owner_id",
    "phone",
    "secondary_email",
}
# The fields that make up one name; a made-up name says so in one of its parts.
NAMES = (("first_name", "last_name"), ("employee_name",))
INVENTED = re.compile(
    r"example|sample|sandbox|test|invented|fictional|guest|nobody|_GOES_HERE", re.IGNORECASE
)
EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
SAFE_DOMAIN = re.compile(r"(.+\.)?example(\.(com|net|org))?")
PHONE = re.compile(r"(?<![\w-])(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}(?![\w-])")
SAFE_PHONE = re.compile(r".*555[-. ]?01\d\d")
HOST = re.compile(r"https?://([\w{}.-]*[\w}])|((?:[\w{}-]+\.)+punchh\.com)")
# Pages to read, our own sandbox, and a host that the reader has to fill in.
SAFE_HOSTS = {"developers.punchh.com", "support.punchh.com", "127.0.0.1", "{server_name}.punchh.com"}
# Fields that hold a key; one of a few letters looks real too, unless it says what it is.
KEYS = {"client", "authentication_token"}
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
SECRET = re.compile(r"[A-Za-z0-9+_=-]{32,}")


def marked_personal_data(spec: Spec) -> Iterator[Trouble]:
    """Logs, reports and journals mask what is marked, and only that."""
    for pointer, schema in schemas(spec):
        for name, field in schema.get("properties", {}).items():
            if name in PERSONAL and isinstance(field, dict) and "x-pii" not in field:
                at = f"{pointer}/properties/{token(name)}"
                yield Trouble(at, f"`{name}` is personal and not marked", "add `x-pii: true`")


def invented_people(spec: Spec) -> Iterator[Trouble]:
    """The contract is published: nobody real may stand in it, not even by accident."""
    for pointer, text in texts(spec):
        field = pointer.rpartition("/")[2]
        for domain in EMAIL.findall(text):
            if not SAFE_DOMAIN.fullmatch(domain):
                yield Trouble(pointer, "an e-mail address could be real", "use example.com, .net or .org")
        for phone in PHONE.findall(text):
            # Ten digits in a row are an id, unless the field says phone.
            if not SAFE_PHONE.fullmatch(phone) and (field == "phone" or not phone.isdigit()):
                yield Trouble(pointer, "a phone number could be real", "use 555-01xx")
    for pointer, node in nodes(spec.document, payloads=True):
        for fields in NAMES if isinstance(node, dict) else ():
            said = [name for name in fields if isinstance(node.get(name), str) and node[name]]
            if said and not INVENTED.search(" ".join(node[name] for name in said)):
                at = f"{pointer}/{said[0]}"
                yield Trouble(
                    at, "a person's name could be real", "make a part of it say so, as in `Pat Invented`"
                )


def invented_keys(spec: Spec) -> Iterator[Trouble]:
    """A key that looks real sends every reader, and every secret scanner, looking for its owner."""
    for pointer, text in texts(spec):
        for uuid in UUID.findall(text):
            if len(set(uuid.lower()) - {"-"}) > MOST_DIGITS_OF_AN_INVENTED_UUID:
                fix = "repeat a few digits, as in 11111111-1111-4111-8111-111111111111"
                yield Trouble(pointer, "a UUID could be real", fix)
        for run in SECRET.findall(UUID.sub("", text)):
            varied = re.search(r"[0-9]", run) and re.search(r"[A-Za-z]", run) and len(set(run)) > FEW_LETTERS
            if varied and not INVENTED.search(run):
                yield Trouble(pointer, "a long run of letters and digits could be a key", "use `sandbox-…`")
        # An error may speak about such a field, in a sentence.
        if pointer.rpartition("/")[2] in KEYS and " " not in text and not INVENTED.search(text):
            yield Trouble(pointer, "a key could be real", "say in the key that it is invented")


MOST_DIGITS_OF_AN_INVENTED_UUID = 6  # of 16; a random one has about 14
FEW_LETTERS = 8


def no_live_host(spec: Spec) -> Iterator[Trouble]:
    """Nothing of ours may lead a tool or a reader to somebody's server."""
    for pointer, text in texts(spec):
        for host in map("".join, HOST.findall(text)):
            if host not in SAFE_HOSTS and not SAFE_DOMAIN.fullmatch(host):
                yield Trouble(pointer, f"`{host}` may be live", "use {server_name}.punchh.com or example.com")


RULES: tuple[Rule, ...] = (marked_personal_data, invented_people, invented_keys, no_live_host)
