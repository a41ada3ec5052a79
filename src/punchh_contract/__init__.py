"""The contract of PAR Punchh's redemption APIs and the tools built from it."""
