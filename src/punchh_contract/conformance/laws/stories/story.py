"""What a story is, and the list that they stand in."""

import dataclasses
from collections.abc import Callable

from punchh_contract.conformance.laws.history import BATCH, CODE_MADE, FORCE, ONLINE
from punchh_contract.conformance.laws.scene import Scene

__all__ = ["BATCH", "CODE_MADE", "FORCE", "ONLINE", "STORIES", "Story", "story"]

Tell = Callable[[Scene], None]


@dataclasses.dataclass(frozen=True)
class Story:
    """A named story: `operations` are those that it calls. `heard` says that a receiver listens meanwhile."""

    name: str
    operations: tuple[str, ...]
    tell: Tell
    heard: bool = True


STORIES: list[Story] = []


def story(name: str, *operations: str, heard: bool = True) -> Callable[[Tell], Tell]:
    """Put a function into the list of stories."""

    def listed(tell: Tell) -> Tell:
        STORIES.append(Story(name, operations, tell, heard))
        return tell

    return listed
