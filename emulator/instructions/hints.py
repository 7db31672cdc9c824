"""Encodings of the hints that end a run of the engine: WFI, WFE and YIELD."""

from __future__ import annotations

from typing import Literal

EVENT_WAITS = frozenset({b"\x20\xbf", b"\xaf\xf3\x02\x80"})
"""WFE, narrow and wide."""

HINTS = frozenset({b"\x10\xbf", b"\xaf\xf3\x01\x80", *EVENT_WAITS})
"""YIELD and WFE, which the engine takes for invalid instructions."""

WAITS = frozenset({b"\x30\xbf", b"\xaf\xf3\x03\x80"})
"""WFI."""


def wait_of(code: bytes) -> Literal["wait", "event wait", "stopped"]:
    """What the instruction with these bytes waits for: "wait", "event wait", or "stopped" for no wait."""
    return "wait" if code in WAITS else "event wait" if code in EVENT_WAITS else "stopped"
