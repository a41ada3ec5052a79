"""What a run found, in our words and masked: by contract clause, with what reproduces it, in reports."""
