"""Finds bugs in kernel libraries: cases per function, guarded runs, comparison with the reference, smallest cases."""
