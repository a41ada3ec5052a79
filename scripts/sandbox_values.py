"""Write docs/sandbox-values.md from the sandbox's seed and the contract, or prove with `--check` that it is
fresh.

    python scripts/sandbox_values.py [--check]

Exit codes: 0 fine, 1 the page is stale.
"""

import argparse
import dataclasses
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from punchh_contract import contract
from punchh_contract.auth import Credentials
from punchh_contract.contract import Contract
from punchh_contract.sandbox import seed

ROOT = Path(__file__).resolve().parents[1]
SEED = ROOT / "src" / "punchh_contract" / "sandbox" / "seed.yaml"
PAGE = ROOT / "docs" / "sandbox-values.md"
COMMAND = "make sandbox-values"

Document = dict[str, Any]

HEAD = f"""\
<!-- Made by `{COMMAND}` from src/punchh_contract/sandbox/seed.yaml and spec/openapi.yaml; edit those. -->
# What to send to the sandbox

Everybody and everything here is invented. What an offer does to a receipt, and which rules are PAR's and
which are ours, says the [README of the sandbox](../src/punchh_contract/sandbox/README.md). `punchh-contract
sandbox --seed FILE` takes a world of your own; `GET /_sandbox/guests/ID` shows what a guest holds now.
"""
CREDENTIALS = """\
`punchh-contract sandbox` prints them, `GET /_sandbox/credentials` answers them as JSON. They open the
account of guest `{guest}`; the other guests' tokens stand in `seed.yaml`. The tools read these variables,
those of a family only where it has its own: {names}.
"""
MAGIC = """\
Send one of these values in the field named, in a request that is otherwise right, and the error or refusal
beside it comes back, whatever the guest holds. Nothing is taken and nothing changes. Numbers are 999, the
status, and a count; a value in quotation marks is text. What the texts mean and how we know them is the
contract's (`x-error` in [the contract](../spec/openapi.yaml), where the advice stands, too).
"""
WITHOUT = """\
Without a value, because they come before any field is looked at: a wrong key, token or `client` brings 401,
a wrong digest 412, and half a body `malformed_json`.
"""


def page(document: Document, contract: Contract) -> str:
    """The whole page, for a seed document whose `repeat` entries are still folded."""
    names = ", ".join(f"`PUNCHH_{each.name.upper()}`" for each in dataclasses.fields(Credentials))
    parts = [
        HEAD,
        "## Credentials\n",
        CREDENTIALS.format(guest=document["business"]["default_guest"], names=names),
        "## The business\n",
        *business(document["business"]),
        "## Guests\n",
        *guests(document),
        "## Magic values\n",
        MAGIC,
        *magic(document.get("magic", ()), contract),
        WITHOUT,
    ]
    return "\n".join(parts)


def business(document: Document) -> Iterator[str]:
    """What the business offers to every guest, and its stores."""
    yield f"Program: {document['program']}. Settings at the start; `PATCH /_sandbox/business` changes them:\n"
    settings = dataclasses.asdict(seed.read_settings(document.get("settings", {})))
    meant = seed.control_document()["components"]["schemas"]["Settings"]["properties"]
    yield table(
        ("setting", "is", "means"),
        ((f"`{name}`", _value(value), meant[name]["description"]) for name, value in settings.items()),
    )
    yield table(
        ("store_number", "location_id", "name", "shows"),
        (
            (
                f"`{place['store_number']}`",
                f"`{place['location_id']}`",
                place["name"],
                "takes no redemptions" if place.get("redemptions_disabled") else "",
            )
            for place in document["locations"]
        ),
    )
    offers = [
        (
            "`redeemable_id`",
            item["redeemable_id"],
            item["name"],
            [f"costs {item['points']} points", *shows(item)],
        )
        for item in document["redeemables"]
    ]
    offers += [("plan", plan["plan_id"], plan["name"], list(shows(plan))) for plan in document["plans"]]
    rows = [(kind, f"`{number}`", name, "; ".join(notes)) for kind, number, name, notes in offers]
    rows.append(("visit card", "", document["card"]["name"], "; ".join(shows(document["card"]))))
    yield table(("offer", "id", "name", "shows"), rows)


def guests(document: Document) -> Iterator[str]:
    """A section for each guest, or for many that are alike."""
    for entry in document["guests"]:
        alike = seed.unfold([entry])
        first, last = alike[0], alike[-1]
        who = f"{first.get('first_name', '')} {first.get('last_name', '')}".strip()
        many = f", {len(alike)} alike" if len(alike) > 1 else ""
        yield f"### {span(first['user_id'], last['user_id'])}: {who}{many}\n"
        balances = [
            f"{first[name]} {label}"
            for name, label in (
                ("points", "points"),
                ("banked_cents", "cents of banked currency"),
                ("visit_cards", "visit cards"),
                ("fuel_points", "points of fuel"),
            )
            if first.get(name)
        ]
        tokens = "with tokens" if first.get("access_token") else "no tokens: only for tills and staff"
        yield f"{'; '.join([*balances, tokens])}.\n"
        rows = [
            row for kind in ("rewards", "subscriptions", "codes", "basket") for row in assets(entry, kind)
        ]
        if rows:
            yield table(("what", "id", "name", "shows"), rows)
    coupons = list(assets(document, "coupons"))
    if coupons:
        yield "### Of nobody yet\n"
        yield table(("what", "id", "name", "shows"), coupons)


_KEYS = {
    "rewards": ("`reward_id`", "reward_id"),
    "subscriptions": ("`subscription_id`", "subscription_id"),
    "codes": ("`redemption_code`", "code"),
    "coupons": ("`redemption_code`", "code"),
    "basket": ("basket item", "item_id"),
}


def assets(entry: Document, kind: str) -> Iterator[tuple[str, str, str, str]]:
    """A row for each entry of one list; of a `repeat` entry, and of guests alike, from first to last."""
    label, key = _KEYS[kind]
    for first, last in _pairs(entry, kind):
        name = first.get("name", "")
        if kind == "subscriptions":
            name = f"plan {first['plan_id']}"
        if kind == "basket":
            name = " ".join(str(first[part]) for part in ("discount_type", "discount_id") if part in first)
        alike = name if name == last.get("name", name) else f"{name} …"
        yield label, span(first[key], last[key]), alike, "; ".join(shows(first))


def _pairs(entry: Document, kind: str) -> Iterator[tuple[Document, Document]]:
    if "repeat" in entry:
        alike = seed.unfold([entry])
        yield from zip(alike[0].get(kind, ()), alike[-1].get(kind, ()), strict=True)
        return
    for item in entry.get(kind, ()):
        unfolded = seed.unfold([item])
        yield unfolded[0], unfolded[-1]


def shows(item: Document) -> Iterator[str]:
    """What is special about an offer or an asset."""
    if "discount_cents" in item:
        yield f"${item['discount_cents'] / 100:,.2f} off"
    if item.get("item_ids"):
        yield f"on menu item {', '.join(f'`{each}`' for each in item['item_ids'])}"
    if item.get("modifiers"):
        yield "modifiers count into the price"
    if item.get("max_quantity"):
        yield f"at most {item['max_quantity']} of them"
    if item.get("minimum_receipt_cents"):
        yield f"from a receipt of ${item['minimum_receipt_cents'] / 100:,.2f}"
    if item.get("use_limit"):
        yield f"good for {item['use_limit']} uses"
    if item.get("uses"):
        yield f"uses so far: {item['uses']}"
    if item.get("amount_cents"):
        yield f"asks for ${item['amount_cents'] / 100:,.2f}"
    for flag, words in (("used", "used"), ("processed", "used"), ("cancelled", "cancelled")):
        if item.get(flag):
            yield words
    if item.get("starts_at"):
        yield f"begins {item['starts_at'][:10]}"
    if item.get("expires_at"):
        yield f"ends {item['expires_at'][:10]}"
    if item.get("translations"):
        yield f"translated: {', '.join(item['translations'])}"


def magic(values: Iterable[Document], contract: Contract) -> Iterator[str]:
    """A table for each operation, in the contract's order."""
    values = list(values)
    for operation in contract.operations.values():
        yield f"### {operation.method} {operation.path}\n"
        rows = []
        for each in values:
            if each["operation"] != operation.id:
                continue
            fact = operation.errors[each["status"], each["error"]]
            rows.append(
                (
                    f"`{each['field']}`: `{_value(each['value'])}`",
                    f"{fact.status} `{fact.id}`",
                    fact.text.format(**each.get("values", {})),
                    fact.meaning,
                    fact.confidence,
                )
            )
        yield table(("send", "get", "text", "means", "known how"), rows)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f'"{value}"' if isinstance(value, str) and value.isdigit() else str(value)


def span(first: object, last: object) -> str:
    """One id, or the first and the last of many."""
    return f"`{first}`" if first == last else f"`{first}` to `{last}`"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the page or compare it; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if the page is stale")
    options = parser.parse_args(arguments)
    wanted = page(yaml.safe_load(SEED.read_text(encoding="utf-8")), contract.load())
    if not options.check:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    print(f"{PAGE.relative_to(ROOT)} is stale: run `{COMMAND}`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
