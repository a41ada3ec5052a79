"""Certifying somebody's handler of deliveries: play the vendor at its worst, and grade what it answers.

The handler is a black box: only its answers and their times are seen, and only those are graded. What it did
with an event is asked, not graded. See docs/certify-receiver.md.
"""

from punchh_contract.receiver.certify.grading import Grade, Result
from punchh_contract.receiver.certify.playing import Report, certify

__all__ = ["Grade", "Report", "Result", "certify"]
