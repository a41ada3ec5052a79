"""The doctor: why a signature was turned away (412), and what else is wrong with how a call was made.

It computes and compares, asks nobody, and never shows a secret, a token or a body.
"""

from punchh_contract.client.doctor.diagnosis import Check, Diagnosis, Mistake
from punchh_contract.client.doctor.examination import check_up, diagnose, examine

__all__ = ["Check", "Diagnosis", "Mistake", "check_up", "diagnose", "examine"]
