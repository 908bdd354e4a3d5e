"""The checks: each is a pure function from the facts to findings."""
