"""The few forms of HTML that the page is made of; whatever comes from a run is escaped here."""

import html
import itertools
from collections.abc import Collection, Iterable, Iterator


def escape(value: object) -> str:
    """A value as text of HTML; None is empty."""
    return "" if value is None else html.escape(str(value))


def table(
    head: Iterable[str],
    rows: Iterable[Iterable[object]],
    *,
    numbers: Collection[int] = (),
    texts: Collection[int] = (),
    codes: Collection[int] = (),
) -> Iterator[str]:
    """A table whose first column names its row. The columns in `numbers` are aligned as numbers, those in
    `texts` may become long, those in `codes` are names of the contract.
    """

    def kind(place: int) -> str:
        return ' class="n"' if place in numbers else ' class="text"' if place in texts else ' class="short"'

    heads = "".join(
        f'<th scope="col"{kind(place) if place in numbers else ""}>{escape(each)}</th>'
        for place, each in enumerate(head)
    )
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for row in rows:
        cells: list[str] = []
        for place, each in enumerate(row):
            told = f"{each:,}" if place in numbers and isinstance(each, int) else escape(each)
            told = f"<code>{told}</code>" if place in codes and told else told
            tag = ("th", ' scope="row"') if place == 0 else ("td", "")
            cells.append(f"<{tag[0]}{tag[1]}{kind(place)}>{told}</{tag[0]}>")
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"


def scroll(label: str, lines: Iterable[str]) -> Iterator[str]:
    """A table in a frame that scrolls by itself, with a keyboard too."""
    yield f'<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0">'
    yield from lines
    yield "</div>"


def code(text: str, label: str, place: str) -> Iterator[str]:
    """Text to be copied; `place` is its id in the page."""
    yield (
        f'<div class="code"><pre id="{escape(place)}" tabindex="0" role="region"'
        f' aria-label="{escape(label)}"><code>{escape(text)}</code></pre>'
        f'<button type="button" data-copies="{escape(place)}" aria-label="Copy: {escape(label)}" hidden>Copy'
        "</button></div>"
    )


def folded(summary: str, lines: Iterable[str], *, kind: str = "", opened: bool = False) -> Iterator[str]:
    """Something to open; `summary` is HTML."""
    yield f"<details{f' class={chr(34)}{kind}{chr(34)}' if kind else ''}{' open' if opened else ''}>"
    yield from itertools.chain([f"<summary>{summary}</summary>"], lines, ["</details>"])


def chips(names: Iterable[str]) -> Iterator[str]:
    """Short names in a row."""
    yield f'<ul class="chips">{"".join(f"<li><code>{escape(each)}</code></li>" for each in names)}</ul>'
