"""Firmware files: ELF, Intel HEX, raw binary."""

from __future__ import annotations

from pathlib import Path

from emulator.errors import ImageError
from emulator.program.elf import MAX_MEMORY, Image, Segment, read_elf

_DATA, _END, _SEGMENT, _SEGMENT_START, _LINEAR, _LINEAR_START = range(6)


def read_image(source: str | Path | bytes, base: int | None = None) -> Image:
    """Read firmware; the content tells the format, and with `base` it is raw bytes for that address.

    Raises ElfError or ImageError naming the file.
    """
    name, content = _content(source)
    if base is not None:
        if not content or len(content) > MAX_MEMORY:
            raise ImageError(f"{name}: {len(content):,} bytes; firmware has 1 byte to {MAX_MEMORY >> 20} MiB")
        if not 0 <= base <= (1 << 32) - len(content):
            raise ImageError(f"{name}: {len(content):,} bytes do not fit at 0x{base:x}")
        return _image(base, {base: content})
    if content[:4] == b"\x7fELF":
        return read_elf(source)
    if content.lstrip()[:1] == b":":
        return read_hex(name, content)
    if not content:
        raise ImageError(f"{name}: is empty")
    raise ImageError(f"{name}: neither ELF nor Intel HEX; for a raw binary give its address (--base, base=)")


def read_hex(name: str, content: bytes) -> Image:
    """Intel HEX. Raises ImageError with the line number."""
    pieces: dict[int, bytearray] = {}
    upper = entry = end = 0
    ended = False
    for number, line in enumerate(content.split(b"\n"), 1):
        text = line.strip()
        if not text:
            continue
        where = f"{name}, line {number}"
        if ended:
            raise ImageError(f"{where}: more after the end record")
        kind, offset, data = _record(where, text)
        if kind == _DATA and data:
            address = upper + offset
            if address + len(data) > 1 << 32:
                raise ImageError(f"{where}: beyond 4 GiB")
            end = _append(pieces, end, address, data)
        elif kind in (_SEGMENT, _LINEAR) and len(data) == 2:
            upper = int.from_bytes(data, "big") << (4 if kind == _SEGMENT else 16)
        elif kind == _LINEAR_START and len(data) == 4:
            entry = int.from_bytes(data, "big")
        elif kind == _END:
            ended = True
        elif kind not in (_DATA, _SEGMENT_START):
            raise ImageError(f"{where}: record type {kind} with {len(data)} bytes is unknown")
    if not ended:
        raise ImageError(f"{name}: truncated Intel HEX, no end record")
    if not pieces:
        raise ImageError(f"{name}: holds no data")
    return _image(entry, {address: bytes(data) for address, data in pieces.items()})


def _append(pieces: dict[int, bytearray], end: int, address: int, data: bytes) -> int:
    """Add to the piece that was added last if `address` is its end; gives the new end."""
    if pieces and address == end:
        pieces[next(reversed(pieces))] += data
    else:
        pieces[address] = bytearray(data)
    return address + len(data)


def _record(where: str, text: bytes) -> tuple[int, int, bytes]:
    """Type, offset and data of one line."""
    if text[:1] != b":":
        raise ImageError(f"{where}: does not start with a colon")
    try:
        raw = bytes.fromhex(text[1:].decode("ascii"))
    except ValueError:
        raise ImageError(f"{where}: not hexadecimal") from None
    if len(raw) < 5 or len(raw) != raw[0] + 5:
        raise ImageError(f"{where}: {len(raw)} bytes where the length says {raw[0] + 5 if raw else 5}")
    if sum(raw) & 0xFF:
        raise ImageError(f"{where}: wrong checksum")
    return raw[3], int.from_bytes(raw[1:3], "big"), raw[4:-1]


def _image(entry: int, pieces: dict[int, bytes]) -> Image:
    segments = tuple(Segment(a, a, len(d), d, "rwx") for a, d in sorted(pieces.items()))
    return Image(entry & ~1, segments, (), (), "soft")


def _content(source: str | Path | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes | bytearray | memoryview):
        return "firmware in memory", bytes(source)
    try:
        return str(source), Path(source).read_bytes()
    except OSError as error:
        raise ImageError(f"{source}: cannot be read ({error.strerror or error})") from error
