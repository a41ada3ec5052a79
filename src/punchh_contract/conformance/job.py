"""What one contract run is asked to do, in the form in which it goes to the process that does it."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from punchh_contract.auth import Credentials

Fixtures = Mapping[str, Mapping[str, tuple[Any, ...]]]
"""Values that work on the target: operationId -> dotted field of the body -> values."""


@dataclasses.dataclass(frozen=True)
class Job:
    """One run.

    `base_url` is the target's origin. `max_examples` counts cases per operation in each of the fuzzing and
    stateful phases. `operations` are ids of the contract, in its order. `report_dir` takes JUnit and HTML.
    `reset_path` is where a POST restores everything that was spent, on a target of our own; None elsewhere.
    """

    base_url: str
    seed: int
    max_examples: int
    operations: tuple[str, ...]
    report_dir: Path
    credentials: Credentials = dataclasses.field(repr=False)
    fixtures: Fixtures = dataclasses.field(default_factory=dict, repr=False)
    reset_path: str | None = None

    def dump(self) -> bytes:
        """The job as JSON, secrets included: for a pipe, never for a file."""
        return json.dumps(dataclasses.asdict(self), default=str).encode()

    @classmethod
    def load(cls, content: bytes) -> "Job":
        """Read what `dump` wrote."""
        values = json.loads(content)
        return cls(
            **{
                **values,
                "operations": tuple(values["operations"]),
                "report_dir": Path(values["report_dir"]),
                "credentials": Credentials(**values["credentials"]),
                "fixtures": {
                    operation: {field: tuple(each) for field, each in fields.items()}
                    for operation, fields in values["fixtures"].items()
                },
            }
        )
