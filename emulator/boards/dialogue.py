"""Console input step by step: what to send, and what output to wait for before.

    wait m-ready
    send name%
    wait m-ready
    send "two words\\r\\n"
    stop

What follows a `wait` happens a millisecond of the board's time after the text, as if someone had to read it first.
One step a line; blank lines and lines that begin with # are skipped. TEXT may stand in double quotes, which keep blanks
at its ends, and has the escapes \\r \\n \\t \\0 \\\\ \\" and \\xNN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from emulator.errors import InputError

_ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\", '"': b'"'}
_PIECE = re.compile(r"\\x([0-9a-fA-F]{2})|\\(.)|([^\\]+)", re.DOTALL)


@dataclass(frozen=True)
class Wait:
    """Go on once the output has this text, behind what the last `Wait` found."""

    text: bytes


@dataclass(frozen=True)
class Send:
    """Bytes for whoever reads the console."""

    data: bytes


@dataclass(frozen=True)
class Stop:
    """End the run."""


Step = Wait | Send | Stop


def as_steps(source: bytes | Iterable[Step]) -> tuple[Step, ...]:
    """Steps from steps, or from bytes that wait for nothing."""
    if isinstance(source, bytes | bytearray | memoryview):
        return (Send(bytes(source)),) if source else ()
    return tuple(source)


def read_script(text: str) -> tuple[Step, ...]:
    """Steps from a script. Raises InputError with the line's number."""
    steps: list[Step] = []
    for number, line in enumerate(text.splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if word and not word.startswith("#"):
            steps.append(_step(number, word, rest.strip()))
    return tuple(steps)


def _step(number: int, word: str, rest: str) -> Step:
    if word == "stop" and not rest:
        return Stop()
    if word not in ("send", "wait") or not rest:
        raise InputError(f"script line {number}: {word} {rest}".rstrip() + "; want wait TEXT, send TEXT or stop")
    data = _unescape(number, rest[1:-1] if len(rest) > 1 and rest[0] == rest[-1] == '"' else rest)
    if word == "wait" and not data:
        raise InputError(f"script line {number}: wait for no text; want wait TEXT")
    return Send(data) if word == "send" else Wait(data)


def _unescape(number: int, text: str) -> bytes:
    data, end = bytearray(), 0
    for match in _PIECE.finditer(text):
        code, escape, plain = match.groups()
        if escape is not None and escape not in _ESCAPES:
            break
        data += bytes.fromhex(code) if code else _ESCAPES[escape] if escape else plain.encode()
        end = match.end()
    if end != len(text):
        raise InputError(f"script line {number}: {text[end : end + 2]} is no escape; write \\\\ for a backslash")
    return bytes(data)
