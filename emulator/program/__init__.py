"""Firmware files and what they say: sections, symbols, debug information, and how compilers are told the core."""
