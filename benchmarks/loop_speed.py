"""How fast loops of each kind are counted with slow memories, in MIPS (millions of instructions per second). Run alone.

Each loop and its constants lie in the flash of a board, with its caches. "late" loads have addresses that the loop
computes on the way. Stores are slow in the engine itself, with memories and without: see "plain". Ends with JSON.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emulator import Machine
from emulator.memories.layout import Layout, WhatIf, slow_memory
from emulator.program.toolchain import compiler_flags

PASSES, REPEATS = 20_000, 7
LOOPS = {
    "bytes": "1: ldrsb r3, [r4, #1]!; ldrsb r1, [r5, #1]!; mla r0, r1, r3, r0",
    "words": "1: ldr r3, [r4], #4; ldr r1, [r5], #4; add r0, r3; add r0, r1",
    "eight loads": "1: ldm r4, {r0, r1, r3, r6}; ldr r0, [r4, #16]; ldr r1, [r4, #20]; ldrd r3, r6, [r4, #24]",
    "late table": "1: and r0, r2, #255; ldrb r1, [r4, r0]; ldrb r3, [r5, r1]; eor r6, r3",
    "late list": "1: ldr r8, [r8]",
    "conditional": "1: ldr r3, [r4]; cmp r3, r2; itt lo; ldrlo r1, [r4, #4]; addlo r6, r1",
    "divides": "1: udiv r1, r2, r4; udiv r0, r2, r5",
    "forty divides": "1: .rept 40; udiv r1, r2, r4; .endr",
    "branches": "1: lsls r0, r2, #31; beq 2f; adds r6, #1; 2: tst r2, #2; beq 3f; adds r6, #2; 3:",
    "no loads": "1: add r0, r1; eor r0, r3; add r1, r0; add r3, r1; add r0, r1; eor r0, r3; add r1, r0",
    "copy": "1: ldm r4!, {r0, r1, r3, r6}; stm r7!, {r0, r1, r3, r6}; sub r7, #16",
}
BOARDS = {
    "plain m4": ("cortex-m4", "", 0),
    "m3": ("cortex-m3", "stm32f1_flash", 72_000_000),
    "m4": ("cortex-m4", "stm32l4_flash", 120_000_000),
    "m7": ("cortex-m7", "stm32h7_flash", 400_000_000),
    "m33": ("cortex-m33", "stm32u5_flash", 160_000_000),
}


def build(folder: Path) -> Path:
    """The loops as functions f0, f1, ... of (constants, constants, passes, buffer)."""
    text = [".syntax unified", ".thumb", ".text"]
    for number, body in enumerate(LOOPS.values()):
        text += [f".balign 16; .global f{number}; .type f{number}, %function", f"f{number}: push {{r4-r8, lr}}"]
        text += ["mov r4, r0; mov r5, r1; mov r7, r3; mov r8, r0; movs r6, #0; movs r0, #0", body]
        text += ["subs r2, #1; bne 1b; pop {r4-r8, pc}", f".size f{number}, . - f{number}"]
    source, target = folder / "loops.s", folder / "loops.elf"
    source.write_text("\n".join(text) + "\n")
    gcc = shutil.which("arm-none-eabi-gcc")
    compiler = [gcc] if gcc else [sys.executable, "-m", "ziglang", "cc"]
    flags = compiler_flags("cortex-m4", "gcc" if gcc else "zig") or ()
    link = ["-nostdlib", "-Wl,--entry=f0", "-Wl,-Ttext=0x8000000"]
    subprocess.run([*compiler, *flags, *link, str(source), "-o", str(target)], check=True, stderr=subprocess.DEVNULL)
    return target


def mips(elf: Path, number: int, core: str, memory: str, clock_hz: int) -> float:
    """Best speed of some calls."""
    machine = Machine.from_elf(elf, core)
    flash = machine.add_region("constants", 1 << 20, "r", near=0x08100000)
    if memory:
        ranges = [(r.start, r.end - 1) for r in machine.memory if "w" not in r.permissions]
        machine.slow_down(Layout((slow_memory("flash", memory, ranges, clock_hz, WhatIf()),)))
    constants = machine.alloc(bytes(range(256)) * 2048, region=flash)
    machine.write(constants, constants.address.to_bytes(4, "little"))
    buffer = machine.alloc(64)
    best = 0.0
    for _ in range(REPEATS):
        begin = time.process_time()
        result = machine.call(f"f{number}", constants, constants, PASSES, buffer)
        best = max(best, result.instructions / (time.process_time() - begin) / 1e6)
    return best


def main() -> None:
    """Measure and report."""
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        elf = build(Path(name))
        for number, loop in enumerate(LOOPS):
            figures[loop] = {board: round(mips(elf, number, *numbers), 1) for board, numbers in BOARDS.items()}
            print(f"{loop:14}" + "".join(f"{board:>10} {speed:6.0f}" for board, speed in figures[loop].items()))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
