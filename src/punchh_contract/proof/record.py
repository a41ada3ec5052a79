"""A proof as it is kept: a JSON document, and the part of a Markdown page that is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from punchh_contract.proof.budget import EXAMPLES, PHASES, Budget
from punchh_contract.proof.finding import Result, Told, killers
from punchh_contract.proof.score import Row, errors, survivors, totals

FORMAT = 1
BEGIN, END = "<!-- made by `punchh-contract prove --table`: do not edit -->", "<!-- end -->"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, of what and on which machine: nothing of it is looked up here. `seconds` is the whole proof,
    `stock_seconds` what Schemathesis by itself took after it."""

    date: str
    commit: str | None
    version: str
    contract: Mapping[str, str]
    machine: Mapping[str, Any]
    jobs: int
    seconds: float
    stock_seconds: float | None = None


def document(
    rows: Sequence[Row], control: Sequence[Told], budget: Budget, around: Circumstances
) -> dict[str, Any]:
    """The proof as JSON values. `control` are the runs without a fault."""
    return {
        "format": FORMAT,
        "date": around.date,
        "commit": around.commit,
        "version": around.version,
        "contract": dict(around.contract),
        "machine": dict(around.machine),
        "settings": {
            "seed": budget.seed,
            "budget_seconds": budget.seconds,
            "phases": PHASES,
            "max_examples": EXAMPLES,
            "jobs": around.jobs,
        },
        "seconds": round(around.seconds, 1),
        **({} if around.stock_seconds is None else {"stock_seconds": round(around.stock_seconds, 1)}),
        "control": [_told(each) for each in control],
        "totals": [
            {**asdict(each), "kind": each.kind.value, "reached": each.reached} for each in totals(rows)
        ],
        "faults": [
            {
                "id": each.id,
                "kind": each.kind.value,
                "rule": each.rule,
                **_told(each.told),
                **({} if each.stock is None else {"stock": _told(each.stock)}),
            }
            for each in rows
        ],
    }


def page(former: str, table: str) -> str:
    """A page with the table between its two marks; an empty one is made.

    Raises ValueError for a page that has something in it and not both marks: it would be lost.
    """
    before, mark, rest = former.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        if former.strip():
            raise ValueError(
                f"it has something in it, and not the two marks between which a table goes: {BEGIN} and {END}"
            )
        before, after = "", "\n"
    return f"{before}{BEGIN}\n\n{table}\n{END}{after}"


def table(rows: Sequence[Row], budget: Budget, around: Circumstances) -> str:
    """The proof in Markdown: totals, survivors, and every fault with who found it."""
    stock = any(each.stock is not None for each in rows)
    circumstances = (
        f"{around.date}, commit {around.commit or 'unknown'}, {len(rows)} faults, seed {budget.seed}, at most"
        f" {budget.seconds:g} s for each, {around.jobs} at once on {around.machine['cores']} cores:"
        f" {around.seconds / 60:.1f} minutes in all."
    )
    if around.stock_seconds is not None:
        circumstances += f" Schemathesis alone took {around.stock_seconds / 60:.1f} minutes more."
    lines = [
        circumstances,
        "",
        *_aligned(
            ["kind", "faults", "found", "needed", *(["Schemathesis alone"] if stock else [])],
            [
                [
                    each.kind,
                    each.faults,
                    f"{each.killed} ({each.killed / each.faults:.1%})",
                    each.needed,
                    *(["" if each.stock is None else each.stock] if stock else []),
                ]
                for each in totals(rows)
            ],
        ),
        "",
    ]
    for title, left in (
        ("Not found", survivors(rows)),
        ("Of no account, since the run failed", errors(rows)),
    ):
        if left:
            lines += [f"{title}:", ""]
            lines += [f"- `{each.id}` ({each.kind}): {each.rule} {_sentence(each.told.why)}" for each in left]
            lines += [""]
    lines += _aligned(
        [
            "fault",
            "kind",
            "found by",
            "in",
            "requests",
            "seconds",
            *(["Schemathesis alone"] if stock else []),
        ],
        [
            [
                f"`{each.id}`",
                each.kind,
                killers(each.told.by) or each.told.result,
                each.told.phase,
                each.told.requests,
                f"{each.told.seconds:.1f}",
                *([_stock(each.stock)] if stock else []),
            ]
            for each in rows
        ],
    )
    return "\n".join(lines) + "\n"


def _told(told: Told) -> dict[str, Any]:
    return {
        "result": told.result.value,
        "killed_by": list(told.by),
        "phase": told.phase,
        "requests": told.requests,
        "seconds": round(told.seconds, 1),
        "why": told.why,
    }


def _stock(told: Told | None) -> str:
    if told is None:
        return ""
    return (
        killers(told.by)
        if told.result is Result.KILLED
        else "-"
        if told.result is Result.SURVIVED
        else "error"
    )


def _sentence(why: str) -> str:
    return f"{why[:1].upper()}{why[1:]}."


def _aligned(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    marks = ["---"] * len(head)
    return [f"| {' | '.join(map(str, each))} |" for each in (head, marks, *rows)]
