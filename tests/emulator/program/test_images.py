"""Firmware files: what loads, and that anything else is one clear error."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import Board, EmulatorError
from emulator.program.images import read_hex, read_image
from tests.support.firmware import build


def record(kind: int, offset: int, data: bytes) -> bytes:
    raw = struct.pack(">BHB", len(data), offset, kind) + data
    return b":" + (raw + bytes([-sum(raw) & 0xFF])).hex().upper().encode()


END = record(1, 0, b"")


def test_hex_records() -> None:
    text = b"\r\n".join([record(4, 0, b"\x08\x00"), record(0, 0x10, b"abcd"), record(0, 0x14, b"ef"), END, b""])
    image = read_hex("x.hex", text)
    assert [(s.address, s.data) for s in image.segments] == [(0x08000010, b"abcdef")]
    segmented = read_hex("x.hex", b"\n".join([record(2, 0, b"\x10\x00"), record(0, 2, b"z"), END]))
    assert [(s.address, s.data) for s in segmented.segments] == [(0x10002, b"z")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b":00000001FE\n", "line 1: wrong checksum"),
        (b":0000", "line 1: 2 bytes where the length says 5"),
        (b":zz", "line 1: not hexadecimal"),
        (record(0, 0, b"a") + b"\nhello", "line 2: does not start with a colon"),
        (record(0, 0, b"a"), "truncated Intel HEX, no end record"),
        (END, "holds no data"),
        (END + b"\n" + END, "line 2: more after the end record"),
        (record(9, 0, b"a"), "line 1: record type 9"),
    ],
)
def test_damaged_hex(text: bytes, message: str) -> None:
    with pytest.raises(EmulatorError, match=f"^x.hex,? ?:? ?{message}"):
        read_hex("x.hex", text)


def test_hex_and_raw_run_like_the_elf(tracer: str) -> None:
    def cycles(source: bytes, base: int | None = None) -> tuple[int, bytes]:
        board = Board("mps2-an386", tracer=tracer)
        board.load(source, base)
        result = board.run(max_cycles=1_000_000)
        return result.cycles, result.output

    elf = build("nesting")
    segments = [(s.load_address, s.data) for s in read_image(elf).segments if s.data]
    raw = bytearray(max(address + len(data) for address, data in segments))
    lines = []
    for address, data in segments:
        raw[address : address + len(data)] = data
        lines += [record(0, address + n, data[n : n + 16]) for n in range(0, len(data), 16)]
    text = b"\n".join([*lines, END])
    assert cycles(elf) == cycles(text) == cycles(bytes(raw), 0)


def test_raw_needs_an_address() -> None:
    with pytest.raises(EmulatorError, match="neither ELF nor Intel HEX; for a raw binary give its address"):
        read_image(b"\x00\x10\x00\x20")
    with pytest.raises(EmulatorError, match="do not fit at 0xffffffff"):
        read_image(b"\x00\x10\x00\x20", 0xFFFFFFFF)


RECORDS = st.builds(record, st.integers(0, 7), st.integers(0, 65535), st.binary(max_size=20))


@settings(max_examples=300, deadline=2000)
@given(st.lists(st.one_of(st.binary(max_size=24), RECORDS)))
def test_any_hex_loads_or_is_one_error(lines: list[bytes]) -> None:
    try:
        image = read_hex("x.hex", b"\n".join(lines))
    except EmulatorError as error:
        assert "\n" not in str(error)
    else:
        assert image.segments


@settings(max_examples=60, deadline=5000)
@given(st.data())
def test_any_damaged_elf_loads_or_is_one_error(data: st.DataObject) -> None:
    content = bytearray(build("nesting"))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, 0x200))] = data.draw(st.integers(0, 255))
    board = Board("mps2-an386", tracer="python")
    try:
        board.load(bytes(content[: data.draw(st.integers(0, len(content)))]))
        board.run(max_cycles=2_000)
    except EmulatorError as error:
        assert "\n" not in str(error)
