"""Finds the IT in front of an instruction: stops between IT and the end of what it guards have to begin there."""

from __future__ import annotations


def width(code: bytes) -> int:
    """Bytes of the Thumb instruction that `code` begins with."""
    return 4 if len(code) >= 2 and code[1] >= 0xE8 else 2


def guards(code: bytes) -> list[int]:
    """How far behind an instruction lie the IT that could guard it; `code` is what precedes it, up to 18 bytes."""
    found = []
    for at in range(len(code) % 2, len(code), 2):
        mask, high = code[at] & 0xF, code[at + 1]
        if high == 0xBF and mask and _reaches(code[at + 2 :], 4 - (mask & -mask).bit_length() + 1):
            found.append(len(code) - at)
    return found


def _reaches(between: bytes, guarded: int) -> bool:
    """Whether instructions fill `between`, and one more is guarded behind them."""
    count = 0
    while between:
        step = width(between)
        if step > len(between):
            return False
        between = between[step:]
        count += 1
    return count < guarded
