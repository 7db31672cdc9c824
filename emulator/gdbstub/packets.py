"""Packets of the GDB remote serial protocol, out of a stream of bytes and into one.

Source: "Debugging with GDB", appendix E.1 (packet acknowledgment, escapes, checksum).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LONGEST = 0x4000
"""Most bytes of a packet's data; what is longer is dropped."""

_ESCAPED = frozenset(b"#$}*")


@dataclass(frozen=True)
class Event:
    """A packet with its data, Ctrl-C, or a packet that came damaged or too long."""

    kind: Literal["packet", "interrupt", "damaged"]
    data: bytes = b""


class PacketReader:
    """Cuts a stream into packets. Bytes between packets are acknowledgments or noise, and skipped."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._inside = False
        self._too_long = False
        self._tail = b""
        self._in_tail = False

    def feed(self, data: bytes) -> list[Event]:
        """What is complete now."""
        return [event for byte in data if (event := self._take(byte)) is not None]

    def _take(self, byte: int) -> Event | None:
        if self._in_tail:
            return self._take_checksum(byte)
        if byte == 0x24:
            self._data.clear()
            self._inside, self._too_long = True, False
        elif not self._inside:
            return Event("interrupt") if byte == 3 else None
        elif byte == 0x23:
            self._in_tail, self._tail = True, b""
        elif len(self._data) < LONGEST:
            self._data.append(byte)
        else:
            self._too_long = True
        return None

    def _take_checksum(self, byte: int) -> Event | None:
        self._tail += bytes([byte])
        if len(self._tail) < 2:
            return None
        self._inside = self._in_tail = False
        right = self._tail.lower() == b"%02x" % (sum(self._data) & 0xFF)
        return Event("packet", unescape(bytes(self._data))) if right and not self._too_long else Event("damaged")


def unescape(data: bytes) -> bytes:
    """Undo the escapes of binary data."""
    if b"}" not in data:
        return data
    found, escaped = bytearray(), False
    for byte in data:
        if escaped or byte != 0x7D:
            found.append(byte ^ 0x20 if escaped else byte)
        escaped = byte == 0x7D and not escaped
    return bytes(found)


def packet(data: bytes) -> bytes:
    """A packet to send, with escapes and checksum."""
    body = b"".join(bytes([0x7D, byte ^ 0x20]) if byte in _ESCAPED else bytes([byte]) for byte in data)
    return b"$%s#%02x" % (body, sum(body) & 0xFF)
