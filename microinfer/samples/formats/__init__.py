"""File formats of samples, one a file named by its suffix: `read(path) -> array`.

`REAL` tells whether the numbers are real values (pixels 0..1, sound -1..1), to be quantised for an integer input.
"""
