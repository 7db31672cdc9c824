"""A family of functions a file: how to draw their arguments, what a call looks like, what it computes."""
