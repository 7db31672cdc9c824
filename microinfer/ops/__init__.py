"""The operators, one a file: the arithmetic in plain NumPy, and how a .tflite node maps onto it.

These files are the specification. `microinfer.ops.registry` finds them; nothing else lists them.
"""
