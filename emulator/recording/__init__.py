"""A run kept in a file: which edges it took in which order and what data it read, to be costed again later."""
