"""What real traffic has that the contract does not say, and what the contract promises and traffic lacks."""

from punchh_contract.events.drift.baseline import Baseline
from punchh_contract.events.drift.rows import Row, Seen
from punchh_contract.events.drift.survey import Survey, Unseen

__all__ = ["Baseline", "Row", "Seen", "Survey", "Unseen"]
