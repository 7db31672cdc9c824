"""Reading ELF files: what is in them, and what is said of files that are none or are damaged."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Machine, MemoryMap
from emulator.errors import ElfError, EmulatorError
from emulator.program.elf import Symbol, read_elf
from tests.support.assembler import assemble


def elf(
    segments: list[tuple[int, int, bytes, int, int]], *, machine: int = 40, kind: int = 2, flags: int = 0x05000200
) -> bytes:
    """A minimal ELF without section headers; segments are (vaddr, paddr, data, memsz, flags)."""
    head = b"\x7fELF\x01\x01\x01" + bytes(9)
    head += struct.pack("<HHIIIIIHHHHHH", kind, machine, 1, 0x8001, 52, 0, flags, 52, 32, len(segments), 40, 0, 0)
    offset, headers, body = 52 + 32 * len(segments), b"", b""
    for vaddr, paddr, data, size, bits in segments:
        headers += struct.pack("<IIIIIIII", 1, offset + len(body), vaddr, paddr, len(data), size, bits, 4)
        body += data
    return head + headers + body


def start(width: int, order: int, code: str, machine: int) -> bytes:
    """The first bytes of an ELF."""
    return b"\x7fELF" + bytes([width, order, 1]) + bytes(9) + struct.pack(f"{code}HH", 2, machine) + bytes(60)


RETURN_7 = bytes.fromhex("07207047")


def test_symbols_have_no_thumb_bit() -> None:
    image = read_elf(assemble("bx lr\n.data\n.global d\n.type d, %object\nd: .word 5\n.size d, 4"))
    assert Symbol("f", 0x8000, 2, "function") in image.symbols
    assert Symbol("d", 0x20000000, 4, "object") in image.symbols
    assert {s.name for s in image.sections} >= {".text", ".data"}


def test_data_without_a_type_is_an_object() -> None:
    """As GCC emits statics at -O0. A label without a size, or one in code, is none."""
    image = read_elf(assemble("bx lr\n.size l, 2\nl: nop\n.data\nd: .word 5\n.size d, 4\ne: .word 6"))
    assert [(s.name, s.size) for s in image.symbols if s.kind == "object"] == [("d", 4)]


def test_static_functions_and_aliases_are_callable() -> None:
    body = "movs r0, #1\nbx lr\n.type s, %function\n.type t, %function\ns: t: movs r0, #2\nbx lr"
    machine = Machine.from_elf(assemble(body))
    assert [machine.call(name).value for name in ("f", "s", "t")] == [1, 2, 2]


def test_an_elf_without_section_headers_is_called_by_address() -> None:
    machine = Machine.from_elf(elf([(0x8000, 0x8000, RETURN_7, 4, 5)]))
    assert machine.symbols == ()
    assert machine.call(0x8001).value == 7
    with pytest.raises(EmulatorError, match=r"no symbols .*call by address"):
        machine.call("f")


@pytest.mark.parametrize(("flags", "abi"), [(0x05000200, "soft"), (0x05000400, "hard"), (0x05000000, "soft")])
def test_float_abi_from_flags(flags: int, abi: str) -> None:
    assert read_elf(elf([(0x8000, 0x8000, RETURN_7, 4, 5)], flags=flags)).float_abi == abi


def test_float_abi_and_arch_of_a_compiled_file() -> None:
    text = "float f(float x) { return x; }"
    images = [read_elf(assemble(text, core, source="c")) for core in ("cortex-m4", "cortex-m3")]
    assert [image.float_abi for image in images] == ["hard", "soft"]


def test_initialised_data_lies_at_both_addresses() -> None:
    content = elf([(0x8000, 0x8000, RETURN_7, 4, 5), (0x20000000, 0x9000, b"data", 16, 6)])
    machine = Machine.from_elf(content)
    assert machine.read(0x20000000, 16) == b"data" + bytes(12)
    assert machine.read(0x9000, 4) == b"data"


def test_permissions_of_pages_that_segments_share_are_joined() -> None:
    segments = [(0x8000, 0x8000, RETURN_7, 0x1800, 5), (0x9800, 0x9800, b"rw", 0x1000, 6), (0xC000, 0xC000, b"r", 1, 4)]
    assert [str(r) for r in MemoryMap.from_image(read_elf(elf(segments)))] == [
        "code 0x00008000..0x00008fff rx",
        "code2 0x00009000..0x00009fff rwx",
        "data 0x0000a000..0x0000afff rw",
        "constants 0x0000c000..0x0000cfff r",
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is empty, not an ELF"),
        (b"int main(void)", "is not an ELF"),
        (b"\x7fELF\x01\x01", "truncated ELF, 6 bytes"),
        (start(2, 1, "<", 62), "is an x86-64 ELF; microcontroller code is 32-bit Arm, little endian"),
        (start(2, 1, "<", 183), "is an AArch64 ELF; microcontroller code is 32-bit Arm, little endian"),
        (start(1, 2, ">", 40), "is a big-endian Arm ELF; microcontroller code"),
        (elf([(0x8000, 0x8000, RETURN_7, 4, 5)], machine=243), "is a RISC-V ELF"),
        (elf([(0x8000, 0x8000, RETURN_7, 4, 5)], kind=1), "relocatable object; link it first, e.g. arm-none-eabi-gcc"),
        (elf([]), "no loadable segment"),
        (elf([(0x8000, 0x8000, RETURN_7, 65 << 20, 5)]), "at most 64 MiB"),
        (elf([(0x8000, 0x8000, RETURN_7, 4, 5)])[:-2], "truncated ELF, segment at 0x00008000"),
        (elf([(0xFFFFFFF0, 0xFFFFFFF0, RETURN_7, 32, 5)]), "beyond 4 GiB"),
    ],
)
def test_what_is_no_microcontroller_elf(content: bytes, text: str) -> None:
    with pytest.raises(ElfError, match=text) as caught:
        read_elf(content)
    assert "\n" not in str(caught.value)


def test_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ElfError, match=r"nothing\.elf: cannot be read \(No such file"):
        read_elf(tmp_path / "nothing.elf")
    (tmp_path / "text.elf").write_text("hello")
    with pytest.raises(ElfError, match=r"text\.elf: is not an ELF"):
        read_elf(str(tmp_path / "text.elf"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.none() | st.integers(0, 5000),
    changes=st.lists(st.tuples(st.integers(0, 400) | st.integers(0, 100_000), st.integers(0, 255)), max_size=6),
)
def test_damage_is_an_elf_error_or_harmless(cut: int | None, changes: list[tuple[int, int]]) -> None:
    content = bytearray(assemble("bx lr\n.data\n.word 1"))
    for position, value in changes:
        content[position % len(content)] = value
    try:
        image = read_elf(bytes(content[:cut]))
    except ElfError as error:
        assert "\n" not in str(error)
    else:
        assert sum(s.size for s in image.segments) <= 64 << 20


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(40, 200), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_elf_never_breaks_the_machine(changes: list[tuple[int, int]]) -> None:
    content = bytearray(elf([(0x8000, 0x8000, RETURN_7, 4, 5), (0x20000000, 0x9000, b"data", 16, 6)]))
    for position, value in changes:
        content[position % len(content)] = value
    try:
        machine = Machine.from_elf(bytes(content))
        result = machine.call(0x8001, max_cycles=1000)
    except EmulatorError as error:
        assert str(error)
    else:
        assert result.cycles > 0
