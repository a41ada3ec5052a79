"""The contract run: Schemathesis over the whole contract, our own checks beside it, and floors under it."""
