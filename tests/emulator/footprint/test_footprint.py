"""Flash and RAM by symbol, object file and section: every byte once, and the same sums as the toolchain's `size`."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from emulator.boards.file import load_board
from emulator.errors import ElfError, ImageError
from emulator.footprint.linker_map import parse_map, read_map
from emulator.footprint.measure import Footprint, Share, measure
from emulator.footprint.objects import UNKNOWN, short_names
from emulator.footprint.pieces import Piece
from tests.support.firmware import FOLDER, build, build_text

PROGRAM = (
    '#include "firmware.h"\n'
    'uint32_t table[100] = {1}; static volatile char zeroed[333]; const char words[40] = "constant";\n'
    "__attribute__((noinline)) uint32_t use(uint32_t n) { return table[n] + zeroed[n] + words[n]; }\n"
    "int main(void) { return use(REG(0x40004004u) & 1); }"
)


def piece(footprint: Footprint, symbol: str) -> Piece:
    (found,) = (p for p in footprint.pieces if p.symbol == symbol or symbol in p.aliases)
    return found


@pytest.fixture(params=["gcc", "zig"])
def elf(request: pytest.FixtureRequest) -> bytes:
    return build_text(PROGRAM, compiler=request.param)


def test_symbols_lie_where_they_cost(elf: bytes) -> None:
    found = measure(elf)
    assert [(p.flash, p.ram, p.section) for p in (piece(found, name) for name in ("table", "zeroed", "words"))] == [
        (400, 400, ".data"),
        (0, 333, ".bss"),
        (40, 0, ".text"),
    ]
    assert {piece(found, name).object for name in ("table", "zeroed", "words", "use", "main")} == {"main.c"}
    assert piece(found, "put_char").object == "startup.c"
    assert piece(found, "SVC_Handler") == piece(found, "Default_Handler")


def test_every_byte_counts_once(elf: bytes) -> None:
    found = measure(elf)
    ordered = sorted(found.pieces, key=lambda p: p.address)
    assert all(a.address + a.size <= b.address for a, b in pairwise(ordered))
    for key in ("section", "object", "symbol"):
        rows = found.by(lambda p, key=key: getattr(p, key))  # type: ignore[misc]
        assert (sum(r.flash for r in rows), sum(r.ram for r in rows)) == (found.flash, found.ram)


def test_the_toolchains_size_says_the_same(elf: bytes, tmp_path: Path) -> None:
    size = shutil.which("arm-none-eabi-size")
    if size is None:
        pytest.skip("needs arm-none-eabi-size")
    (tmp_path / "firmware.elf").write_bytes(elf)
    lines = subprocess.run([size, str(tmp_path / "firmware.elf")], capture_output=True, text=True, check=True).stdout
    text, data, bss = (int(field) for field in lines.splitlines()[1].split()[:3])
    found = measure(elf)
    assert (found.flash, found.ram) == (text + data, data + bss)


def test_a_boards_memories(elf: bytes) -> None:
    found = measure(elf, board=load_board("mps2-an386"))
    used = {memory.name: memory.used for memory in found.memories}
    assert (used["ssram1"], used["ssram23"], used["psram"]) == (found.flash, found.ram, 0)
    assert found.outside == 0
    assert measure(elf, board=load_board("nrf52840-dk")).outside == 0
    board = load_board("mps2-an386")
    without_flash = replace(board, memories=board.memories[1:])
    assert measure(elf, board=without_flash).outside == found.flash


def test_object_files_from_a_map(tmp_path: Path) -> None:
    gcc = shutil.which("arm-none-eabi-gcc")
    if gcc is None:
        pytest.skip("needs arm-none-eabi-gcc")
    (tmp_path / "main.c").write_text(PROGRAM)
    flags = ["-mcpu=cortex-m4", "-mthumb", "-ffunction-sections", "-fdata-sections", "-nostdlib", "-w", f"-I{FOLDER}"]
    for source in (tmp_path / "main.c", FOLDER / "startup.c"):
        subprocess.run([gcc, *flags, "-c", str(source)], cwd=tmp_path, check=True)
    link = ["-T", str(FOLDER / "mps2.ld"), "main.o", "startup.o", "-Wl,-Map=out.map", "-o", "out.elf"]
    subprocess.run([gcc, *flags, *link], cwd=tmp_path, check=True)
    without, found = measure(tmp_path / "out.elf"), measure(tmp_path / "out.elf", tmp_path / "out.map")
    assert {p.object for p in without.pieces} == {UNKNOWN}
    assert (found.flash, found.ram) == (without.flash, without.ram)
    assert {piece(found, name).object for name in ("table", "zeroed", "words", "use", "main")} == {"main.o"}
    assert piece(found, "put_char").object == "startup.o"
    assert Share(UNKNOWN, 0, 0).name not in {p.object for p in found.pieces if p.size > 8}


def test_maps_of_both_linkers() -> None:
    gnu = (
        "Discarded input sections\n\n .text.gone      0x0000000000000000       0x10 gone.o\n"
        "\nLinker script and memory map\n\n.text           0x0000000000000000      0x20\n"
        " .text.short    0x0000000000000000        0x8 dir/a.o\n"
        " .text.a_rather_long_name\n                0x0000000000000008       0x10 lib.a(b.o)\n"
        " *fill*         0x0000000000000018        0x4 \n"
        " .debug_line    0x0000000000000000       0x99 dir/a.o\n"
    )
    lld = (
        "     VMA      LMA     Size Align Out     In      Symbol\n"
        "       0        0       18     4 .text\n"
        "       0        0        8     4         dir/a.o:(.text.short)\n"
        "       0        0        8     1                 short\n"
        "       8        8       10     4         lib.a(b.o):(.text.a_rather_long_name)\n"
    )
    for text in (gnu, lld):
        assert [(p.start, p.end, p.object, p.section) for p in parse_map(text)] == [
            (0, 8, "dir/a.o", ".text.short"),
            (8, 24, "lib.a(b.o)", ".text.a_rather_long_name"),
        ]


def test_names_are_as_short_as_they_can_be() -> None:
    paths = ["/p/src/main.c", "/p/lib/main.c", "/p/src/uart.c"]
    assert list(short_names(paths).values()) == ["src/main.c", "lib/main.c", "uart.c"]


def test_what_is_no_elf_or_no_map(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("nothing of the kind")
    with pytest.raises(ElfError, match="is not an ELF"):
        measure(tmp_path / "notes")
    with pytest.raises(ImageError, match=r"notes: no linker map; .*-Wl,-Map=FILE"):
        read_map(tmp_path / "notes")
    with pytest.raises(ImageError, match="absent: cannot be read"):
        measure(build("nesting"), tmp_path / "absent")
