"""Many values in one pattern find what each finds by itself, and the longest of them."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from punchh_contract.conformance.verdict.writings import writings

PIECES = ("a", "A", "b", "ab", "1", "12", "-", "--", " ", "'", "&", "/", "ü", "Ü", "ß", "İ", "\U0001f600")
"""None of them is how another one is written."""
VALUE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)


def compiled(*values: str) -> re.Pattern[str]:
    return re.compile("|".join(writings(values)), re.IGNORECASE)


@given(st.lists(VALUE, min_size=1, max_size=8), st.lists(VALUE, max_size=8))
def test_together_they_find_what_each_finds_alone(values: list[str], others: list[str]) -> None:
    text = "".join(itertools.chain.from_iterable(itertools.zip_longest(others, values, fillvalue="x")))
    together, alone = compiled(*values), [compiled(value) for value in values]
    for place in range(len(text)):
        ends = [match.end() for each in alone if (match := each.match(text, place))]
        match = together.match(text, place)
        assert (match.end() if match else None) == max(ends, default=None)


def test_values_without_end_that_are_alike_are_no_pattern_without_end() -> None:
    values = ["-" * length for length in range(1, 60)] + ["-" * 60 + "a" * 5000]
    pattern = compiled(*values)
    assert all(pattern.fullmatch(value) for value in values)
    assert pattern.sub("", "x" + "-" * 59 + "y") == "xy"


def test_where_one_begins_with_another_the_longer_one_is_found() -> None:
    values = ["ADA", "ADA-1", "ADA-12", "ADAM", "ADAM-1-2", "11", "112", "é", "é-é"]
    for value in values:
        assert compiled(*values).sub("", f"({value})") == "()"
