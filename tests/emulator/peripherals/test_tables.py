"""Peripherals and boards as data: ready bits, and a source for every row."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from emulator import Board
from emulator.boards.file import board_names, load_board
from emulator.errors import BoardError, UnknownBoard, UnknownRegister
from emulator.exceptions.profile import load_profile
from emulator.peripherals.catalog import find_peripheral
from emulator.peripherals.table import from_toml
from tests.support.firmware import build_text
from tests.support.peripheral import Bench

TABLES = sorted(f.name for f in resources.files("emulator").joinpath("peripherals").iterdir() if f.name[-5:] == ".toml")


@pytest.mark.parametrize("name", TABLES)
def test_every_register_has_a_source_and_its_reset_value(name: str) -> None:
    text = resources.files("emulator").joinpath("peripherals", name).read_text(encoding="utf-8")
    bench = Bench(name.removesuffix(".toml"))
    for row in tomllib.loads(text)["register"]:
        assert row["source"]
        value = bench[row["offset"]]
        moved = sum(1 << bit for bit, *_ in row.get("follows", ()))
        assert value & ~moved == (row.get("reset", 0) | row.get("always", 0)) & ~moved


@pytest.mark.parametrize(
    ("kind", "offset", "value", "reads"),
    [
        ("stm32f4_rcc", 0x00, 1 << 16, 1 << 16 | 1 << 17),
        ("stm32f4_rcc", 0x08, 2, 0xA),
        ("stm32l4_rcc", 0x00, 1 << 24 | 1 << 8, 3 << 24 | 5 << 8),
        ("stm32g0_rcc", 0x08, 2, 2 | 2 << 3),
        ("stm32f4_pwr", 0x04, 0, 1 << 14),
        ("stm32f7_rcc", 0x00, 1 << 24, 3 << 24),
        ("stm32h7_rcc", 0x10, 3, 3 | 3 << 3),
        ("stm32h7a3_rcc", 0x00, 1 << 24, 3 << 24),
        ("stm32u5_rcc", 0x1C, 3, 3 | 3 << 2),
        ("stm32_otg", 0x10, 0x31, 1 << 31),
    ],
)
def test_ready_bits(kind: str, offset: int, value: int, reads: int) -> None:
    bench = Bench(kind)
    bench[offset] = value
    assert bench[offset] == reads


def test_bits_may_follow_another_register() -> None:
    power = Bench("stm32u5_pwr")
    assert power[0x3C] == 1 << 15
    power[0x08] = 2
    power[0x0C] = 3 << 16
    assert power[0x3C] == 3 << 16 | 1 << 15 | 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('register = "B", shift = 0, divisors = [1, 2]', "divider d: no register B"),
        ('register = "A", shift = 0, divisors = [1, 2, 4]', "a power of two"),
    ],
)
def test_wrong_dividers_say_what_is_wrong(text: str, message: str) -> None:
    table = '[[register]]\nname = "A"\noffset = 0\n[[divider]]\nname = "d"\n'
    with pytest.raises(BoardError, match=message):
        from_toml("wrong", f"{table}factors = [{{ {text} }}]")


def test_oscillators_of_the_nrf() -> None:
    clock = Bench("nrf_clock", "global")
    clock[0x000] = 1
    clock[0x008] = 1
    assert (clock[0x100], clock[0x104], clock[0x40C]) == (1, 1, 0x10001)


@pytest.mark.parametrize("kind", ["stm32_rng", "nrf_rng"])
def test_random_numbers_repeat_from_run_to_run(kind: str) -> None:
    def draw(bench: Bench) -> list[int]:
        if kind == "stm32_rng":
            bench[0] = 4
            return [bench[8] for _ in range(4)]
        bench[0] = 1
        values = []
        for _ in range(4):
            assert bench[0x100] == 1
            values.append(bench[0x508])
            bench[0x100] = 0
        return values

    assert draw(Bench(kind)) == draw(Bench(kind))
    assert draw(Bench(kind)) != draw(Bench(kind, seed=7))
    assert len(set(draw(Bench(kind)))) > 2


@pytest.mark.parametrize("name", board_names())
def test_boards_are_complete(name: str) -> None:
    board = load_board(name)
    assert board.source
    assert all(memory.source for memory in board.memories)
    assert all(row.source for row in board.peripherals)
    assert load_profile(board.core).source
    for row in board.peripherals:
        assert callable(find_peripheral(row.kind))
        assert all(0 <= number < board.interrupts for _, number in row.interrupts)
    assert len({row.name for row in board.peripherals}) == len(board.peripherals)


SPIN = bytes.fromhex("0010002011000000" + "00" * 8 + "fee7")


@pytest.mark.parametrize("name", board_names())
def test_boards_boot(name: str, tracer: str) -> None:
    board = Board(name, tracer=tracer)
    regions = [memory.region for memory in board.description.memories]
    start = board.description.vectors or regions[0].start
    stack = next(region.end for region in regions if "w" in region.permissions)
    board.load(stack.to_bytes(4, "little") + (start + 0x11).to_bytes(4, "little") + SPIN[8:], base=start)
    result = board.run(max_cycles=100)
    assert (result.end, result.instructions, result.warnings) == ("idle", 1, ())


UNKNOWN = '#include "firmware.h"\nint main(void) { return REG(0x40010004u) + REG(0x40010004u) + REG(0x40010008u); }'


def test_unknown_registers_warn_once_each_and_say_where(tracer: str) -> None:
    board = Board("mps2-an386", tracer=tracer)
    board.load(build_text(UNKNOWN))
    result = board.run(max_cycles=10_000)
    assert result.exit_code == 0
    assert len(result.warnings) == 2
    assert result.warnings[0].startswith("main+0x")
    assert "read of unknown register 0x40010004" in result.warnings[0]


def test_strict_makes_unknown_registers_errors(tracer: str) -> None:
    board = Board("mps2-an386", tracer=tracer, strict=True)
    board.load(build_text(UNKNOWN))
    with pytest.raises(UnknownRegister, match=r"main\+0x.*0x40010004"):
        board.run(max_cycles=10_000)


def test_a_users_board_and_peripherals(tmp_path: Path) -> None:
    (tmp_path / "answer.toml").write_text('[[register]]\nname = "VALUE"\noffset = 4\nreset = 42\n')
    (tmp_path / "doubler.py").write_text(
        "from emulator.peripherals.base import Peripheral, Register\n"
        "class Doubler(Peripheral):\n"
        "    registers = (Register('X', 0),)\n"
        "    def read_x(self): return 2 * self.get('X')\n"
    )
    ours = resources.files("emulator").joinpath("boards", "mps2-an386.toml").read_text(encoding="utf-8")
    rows = "".join(
        f'[[peripheral]]\nname = "{kind}"\nkind = "{kind}"\nbase = {base}\nsource = "mine"\n'
        for kind, base in (("answer", 0x40010000), ("doubler", 0x40011000))
    )
    (tmp_path / "mine.toml").write_text(ours + rows)
    board = Board("mine", folders=[tmp_path])
    body = "int main(void) { REG(0x40011000u) = 4; return REG(0x40010004u) + REG(0x40011000u); }"
    board.load(build_text(f'#include "firmware.h"\n{body}'))
    assert board.run(max_cycles=10_000).exit_code == 50


def test_wrong_boards_say_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(UnknownBoard, match="did you mean mps2-an386"):
        Board("mps2-an368")
    (tmp_path / "bad.toml").write_text('core = "cortex-m4"\ntitle = "x"\n')
    with pytest.raises(BoardError, match=r"bad\.toml: 'clock_hz' is missing"):
        Board("bad", folders=[tmp_path])
    with pytest.raises(BoardError, match="no peripheral uart; "):
        find_peripheral("uart")
