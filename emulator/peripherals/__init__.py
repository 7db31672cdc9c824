"""Peripherals, a file each: `name.py` with a Peripheral class, or `name.toml` with a register table.

A board names them by file name; files in the user's own folders come first.
"""
