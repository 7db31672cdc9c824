"""How fast code runs in the emulator: bare engine, counting natively, counting in Python. Run alone; ends with JSON.

The code is an int8 dot product with SMLAD: per row 16 passes of a ten-instruction block, then a few blocks of two to
four instructions that clamp and store.
"""

from __future__ import annotations

import json
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emulator.engine.engine import Engine, register_ids
from emulator.errors import Place, TracerError
from emulator.timing.core import load_core
from emulator.timing.cost import CostModel
from emulator.tracing.tracer import Tracer, make_tracer

CODE, DATA, EXIT = 0x10000, 0x20000000, 0x30000
ROWS, PYTHON_ROWS, REPEATS = 300_000, 3_000, 7
MACHINE_CODE = (
    0x460B4602,  # rows: mov r2, r0; mov r3, r1
    0x25102400,  #       movs r4, #0; movs r5, #16
    0x6B04F852,  # inner: ldr r6, [r2], #4
    0x7B04F853,  #       ldr r7, [r3], #4
    0xF886FA2F,  #       sxtb16 r8, r6
    0xF987FA2F,  #       sxtb16 r9, r7
    0xF696FA2F,  #       sxtb16 r6, r6, ror #8
    0xF797FA2F,  #       sxtb16 r7, r7, ror #8
    0x4409FB28,  #       smlad r4, r8, r9, r4
    0x4407FB26,  #       smlad r4, r6, r7, r4
    0xD1ED3D01,  #       subs r5, #1; bne inner
    0x2C7F11E4,  #       asrs r4, r4, #7; cmp r4, #127
    0x247FDD00,  #       ble low; movs r4, #127
    0x0F80F114,  # low:  cmn r4, #128
    0xF06FDA01,  #       bge store; mvn r4, #127
    0xF881047F,
    0xF1BC4040,  # store: strb r4, [r1, #64]
    0xD1DB0C01,  #       subs r12, #1; bne rows
    0x00004770,  #       bx lr
)


def prepare(rows: int, kind: str | None) -> tuple[Callable[[], object], Tracer | None]:
    """A function that runs `rows` rows once on a fresh engine, and its tracer."""
    engine = Engine("CORTEX_M4")
    engine.map(CODE, 4096, "rx")
    engine.map(DATA, 4096, "rw")
    engine.write(CODE, struct.pack(f"<{len(MACHINE_CODE)}I", *MACHINE_CODE))
    engine.write(DATA, bytes(range(256)))
    engine.set_exit(EXIT)
    values = {"r0": DATA, "r1": DATA + 64, "r12": rows, "lr": EXIT | 1}
    engine.set_registers(dict(zip(register_ids(list(values)), values.values(), strict=True)))
    tracer = None
    if kind is not None:
        model = CostModel(load_core("cortex-m4"), engine.read, Place)
        tracer = make_tracer(model.edge, engine.stop_function(), kind)
        if callable(tracer.callback):
            engine.block_hooks.call(tracer.callback)
        elif not engine.block_hooks.call_natively(tracer.callback, tracer.user_data):
            raise TracerError("the binding takes no native callback")
    return lambda: engine.run(CODE), tracer


def run_once(rows: int, kind: str | None) -> tuple[float, int]:
    """Processor seconds of one run, and the instructions that the tracer counted (0 without)."""
    run, tracer = prepare(rows, kind)
    begin = time.process_time()
    run()
    seconds = time.process_time() - begin
    if tracer is None:
        return seconds, 0
    tracer.close(EXIT)
    return seconds, tracer.instructions


def measure(kinds: list[str | None]) -> dict[str | None, float]:
    """Best speed of each kind in MIPS. The kinds take turns, so that a busy machine slows all alike."""
    instructions = run_once(PYTHON_ROWS, "python")[1] * (ROWS // PYTHON_ROWS)
    best: dict[str | None, float] = dict.fromkeys(kinds, 0.0)
    for _ in range(REPEATS):
        for kind in kinds:
            part = ROWS // PYTHON_ROWS if kind == "python" else 1
            seconds, counted = run_once(ROWS // part, kind)
            assert kind is None or counted == instructions // part
            best[kind] = max(best[kind], instructions / part / seconds / 1e6)
    return best


def main() -> None:
    """Measure and report MIPS (millions of instructions per second)."""
    kinds: list[str | None] = [None, "native", "python"]
    try:
        prepare(1, "native")
    except TracerError as error:
        print(f"native tracer: {error}")
        kinds.remove("native")
    speeds = {kind or "bare": speed for kind, speed in measure(kinds).items()}
    for name, speed in speeds.items():
        print(f"{name:8} {speed:8.1f} MIPS")
    ratios = {f"{name}_ratio": speed / speeds["bare"] for name, speed in speeds.items() if name != "bare"}
    figures = {f"{name}_mips": speed for name, speed in speeds.items()} | ratios
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
