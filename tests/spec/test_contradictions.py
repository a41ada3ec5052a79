"""The register and the contract agree. Cases that break the rule `register`: tests/data/broken_specs."""

from pathlib import Path

from register_rules import COUNT, register_findings
from spec_document import read

CONTRACT = Path(__file__).parent.parent.parent / "spec" / "openapi.yaml"


def test_each_contradiction_is_decided_where_it_is_met_or_is_not_ours() -> None:
    spec = read(CONTRACT)
    assert list(register_findings(spec)) == []
    assert len(spec.register.entries) == COUNT == 55
    assert 0 < len(spec.register.decided()) < COUNT
