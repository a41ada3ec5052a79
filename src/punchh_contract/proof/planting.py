"""Plants a fault into the modules of a sandbox, before it starts or while it runs, and takes it out again."""

import contextlib
import importlib
from collections.abc import Generator, Mapping
from types import ModuleType
from typing import Any, cast

from punchh_contract.errors import UsageError
from punchh_contract.proof.fault import Fault
from punchh_contract.proof.zoo import ZOO

SANDBOX = "punchh_contract.sandbox"


def find(fault_id: str) -> Fault:
    """The fault of that name. Raises UsageError if there is none."""
    found = next((each for each in ZOO if each.id == fault_id), None)
    if found is None:
        raise UsageError(
            f"the zoo has no fault {fault_id!r}; the modules of punchh_contract.proof.zoo list all"
        )
    return found


@contextlib.contextmanager
def planted(fault: Fault) -> Generator[None]:
    """The sandboxes of this process with a fault, for the length of a `with`.

    Raises:
        LookupError: the sandbox has no such place any more; the zoo has to follow it.
    """
    with contextlib.ExitStack() as stack:
        for patch in fault.patches:
            owner, name, before = place(patch.place)
            stack.callback(setattr, owner, name, before)
            setattr(owner, name, patch.change(before))
        yield


def place(dotted: str) -> tuple[Any, str, Any]:
    """Who holds an attribute of the sandbox, its name, and what it is now.

    Raises:
        LookupError: there is no such attribute, or its holder only inherits it.
    """
    *path, name = dotted.split(".")
    owner: Any = importlib.import_module(SANDBOX)
    for depth, part in enumerate(path, 1):
        if isinstance(owner, ModuleType):
            with contextlib.suppress(ModuleNotFoundError):
                owner = importlib.import_module(".".join([SANDBOX, *path[:depth]]))
                continue
        owner = vars(owner).get(part)
    held = cast(Mapping[str, Any], vars(owner) if owner is not None else {})
    if name not in held:
        raise LookupError(f"the sandbox has no {dotted}")
    return owner, name, held[name]
