"""Any bytes at all as firmware: a run ends in time, with a report, and the same way on both tracers."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from emulator import RunResult
from tests.support.cores import CORES, DATA, SIZE, board_for

LIMIT, SEEDS = 3_000, 12
ENDS = {"fault", "idle", "max cycles", "exit"}


REPAIR = bytes.fromhex("eff30880 8169 0231 8161 c0b2 7047")
"""mrs r0, msp; ldr r1, [r0, #24]; adds r1, #2; str r1, [r0, #24]; uxtb r0, r0; bx lr: on behind the fault."""


def vectors(seed: int) -> bytes:
    """Reset goes to 0x100, all else to a handler that repairs, for one seed in four to random code as well."""
    handler = 0x201 if seed % 4 == 3 else 0xC1
    return struct.pack("<33I", DATA + SIZE, 0x101, *[handler] * 31).ljust(0xC0, b"\0") + REPAIR.ljust(0x40, b"\0")


def random_code(seed: int) -> bytes:
    """Half of the seeds are pure noise, half are mostly instructions that exist and hurt."""
    source = random.Random(seed)
    if seed % 2:
        return source.randbytes(0x400)
    menu = (
        *(0xF3EF8000 | source.randrange(256) | source.randrange(8) << 8 for _ in range(4)),
        *(0xF3808800 | source.randrange(256) | source.randrange(8) << 16 for _ in range(8)),
        *(0xE8500000 | source.getrandbits(21) for _ in range(8)),
        *(0xFB900000 | source.getrandbits(20) for _ in range(4)),
        *(0xED000000 | source.getrandbits(24) for _ in range(6)),
        *(0xF8000000 | source.getrandbits(24) for _ in range(8)),
    )
    code = bytearray()
    while len(code) < 0x400:
        if source.random() < 0.4:
            word = source.choice(menu)
            code += struct.pack("<HH", word >> 16, word & 0xFFFF)
        else:
            code += struct.pack("<H", source.choice((source.getrandbits(16), 0x4700 | source.getrandbits(7), 0xBF00)))
    return bytes(code)


def run(core: str, firmware: bytes, folder: Path, tracer: str | None, flash: str = "rwx") -> RunResult:
    board = board_for(core, folder, tracer, flash)
    board.load(firmware, base=0)
    return board.run(max_cycles=LIMIT)


@pytest.mark.parametrize("core", CORES)
def test_random_code(core: str, tmp_path: Path) -> None:
    for seed in range(SEEDS):
        firmware = vectors(seed) + random_code(seed)
        result = run(core, firmware, tmp_path, None)
        assert result.end in ENDS, seed
        assert result.end != "fault" or all("\n" not in fault.text for fault in result.faults)
        assert run(core, firmware, tmp_path, "python") == result, seed


@pytest.mark.slow
@pytest.mark.parametrize("core", CORES)
def test_much_random_code(core: str, tmp_path: Path) -> None:
    for seed in range(SEEDS, 600):
        assert run(core, vectors(seed) + random_code(seed), tmp_path, None).end in ENDS, seed
