"""What one contract run is asked to do, in the form in which it goes to the process that does it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from punchh_contract.auth import Credentials
from punchh_contract.conformance.fixtures import Fixtures

FUZZ, LAWS = "fuzz", "laws"
PHASES = (FUZZ, LAWS)
"""The parts of a run, in their usual order: generated requests, and what a redemption is."""


@dataclasses.dataclass(frozen=True)
class Job:
    """One run.

    `base_url` is the target's origin. `own` says that the target is a sandbox of punchh-contract on this
    machine, so that nothing on it is anybody's and its control plane may be used; `control` that it is one
    which the user named. `max_examples` counts cases per operation in each of the fuzzing and stateful
    phases. `operations` are ids of the contract, in its order. `run_id` is in every `external_uid` that the
    run mints: unique on a target that remembers earlier runs. `reset_path` is where a POST restores
    everything that was spent, on a target of our own; None elsewhere. `max_time` is in seconds.
    `allowed_env` are values of `x-pch-env` that the user vouches for. `refusals_file` remembers failed
    authentications between runs, None where nobody counts them. `ca_bundle` is a file of certificates to
    trust instead of the usual ones. With `rehearse` nothing is sent: answers come from the contract's
    examples. `phases` are those of PHASES that are wanted, in the order wanted. `fail_fast` ends the run at
    its first finding.
    """

    base_url: str
    seed: int
    max_examples: int
    operations: tuple[str, ...]
    own: bool
    run_id: str
    credentials: Credentials = dataclasses.field(repr=False)
    fixtures: Fixtures = dataclasses.field(default_factory=Fixtures, repr=False)
    reset_path: str | None = None
    max_time: float | None = None
    allowed_env: tuple[str, ...] = ()
    refusals_file: Path | None = None
    ca_bundle: str | None = None
    rehearse: bool = False
    phases: tuple[str, ...] = PHASES
    control: bool = False
    fail_fast: bool = False

    def dump(self) -> bytes:
        """The job as JSON, secrets included: for a pipe, never for a file."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values["credentials"] = dataclasses.asdict(self.credentials)
        values["fixtures"] = self.fixtures.dump()
        values["refusals_file"] = str(self.refusals_file) if self.refusals_file else None
        return json.dumps(values).encode()

    @classmethod
    def load(cls, content: bytes) -> "Job":
        """Read what `dump` wrote."""
        values: dict[str, Any] = json.loads(content)
        file = values["refusals_file"]
        read: dict[str, Any] = {
            **values,
            "operations": tuple(values["operations"]),
            "allowed_env": tuple(values["allowed_env"]),
            "phases": tuple(values["phases"]),
            "credentials": Credentials(**values["credentials"]),
            "fixtures": Fixtures.load(values["fixtures"]),
            "refusals_file": Path(file) if file else None,
        }
        return cls(**read)
