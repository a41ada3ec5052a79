"""The inputs that a user names, and a word at once on those that cannot be read; `drift` takes the same."""

import contextlib
from collections.abc import Callable, Generator, Iterable

import click

from punchh_contract.cli import standard_input
from punchh_contract.errors import UsageError
from punchh_contract.events.sources import Source, sources

Note = Callable[[str], object]


def found(paths: Iterable[str], note: Note) -> list[Source]:
    """Return the sources of all paths; what does not exist is noted, and the others are found."""
    all_: list[Source] = []
    for path in paths:
        with noting(note):
            all_ += sources(path, standard_input)
    return all_


@contextlib.contextmanager
def noting(note: Note) -> Generator[None]:
    """Pass on, and say at once on standard error, that an input cannot be read; the others still can."""
    try:
        yield
    except UsageError as error:
        note(str(error))
        click.echo(f"Error: {error}", err=True)
