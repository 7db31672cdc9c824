"""Exceptions of M-profile: which comes next, how the core enters and leaves it, what faults say."""
