"""Where time went, by function and by path of calls."""
