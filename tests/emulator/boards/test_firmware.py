"""The same firmware prints the same here, on both tracers, and on QEMU."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from emulator import Board, RunResult
from tests.support.firmware import COMPILERS, MACHINES, build, build_text, run_qemu

PROGRAMS = ("exceptions", "nesting", "scheduler", "faults", "semihosting", "traps", "always_aligned", "mpu", "sleep")
CASES = [
    *((program, core) for program in PROGRAMS for core in MACHINES),
    *((program, core) for program in ("floats", "lazy") for core in MACHINES if core != "cortex-m3"),
    ("limits", "cortex-m33"),
    ("bitband", "cortex-m3"),
    ("bitband", "cortex-m4"),
]
QUICK = ("cortex-m4", "cortex-m33")


def _marked(cases: list[tuple[str, str]]) -> list[ParameterSet]:
    """All cores when slow tests are asked for, else one of each architecture."""
    return [pytest.param(*case, marks=() if case[1] in QUICK else pytest.mark.slow) for case in cases]


def run_here(elf: bytes, core: str, tracer: str | None, folder: Path) -> RunResult:
    board = Board(MACHINES[core], tracer=tracer, shared=folder)
    board.load(elf)
    return board.run(max_cycles=20_000_000)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize(("program", "core"), _marked(CASES))
def test_prints_what_qemu_prints(program: str, core: str, compiler: str, tmp_path: Path) -> None:
    elf = build(program, core, compiler)
    result = run_here(elf, core, None, tmp_path)
    assert result.end == "exit"
    assert (result.output, result.exit_code) == run_qemu(elf, core)
    assert result.warnings == ()


@pytest.mark.parametrize(("program", "core"), _marked(CASES))
def test_both_tracers_give_the_same(program: str, core: str, tracer: str, tmp_path: Path) -> None:
    elf = build(program, core)
    assert run_here(elf, core, tracer, tmp_path) == run_here(elf, core, "python", tmp_path)


def test_the_console_keeps_channels_apart(tmp_path: Path) -> None:
    result = run_here(build("semihosting"), "cortex-m4", None, tmp_path)
    assert result.channels["semihosting"] == b"hello\n!\n"
    assert result.channels["uart0"].startswith(b"write leaves 0\n")
    assert result.exit_code == 42
    assert (tmp_path / "notes.txt").read_bytes() == b"0123456789"


def test_without_a_directory_there_are_no_files() -> None:
    board = Board("mps2-an386")
    board.load(build("semihosting"))
    assert b"absent file -1" in board.run(max_cycles=1_000_000).output


def test_a_run_in_pieces_is_the_same_run(tracer: str, tmp_path: Path) -> None:
    elf = build("scheduler")
    whole = run_here(elf, "cortex-m4", tracer, tmp_path)
    board = Board("mps2-an386", tracer=tracer)
    board.load(elf)
    pieces = 0
    while (part := board.run(max_cycles=10_007)).end == "max cycles":
        pieces += 1
    assert pieces > 20
    assert part == whole


V6M = """
#include "firmware.h"
static volatile uint32_t ticks;
void svc_body(uint32_t *frame) { frame[0] += frame[1]; }
__attribute__((naked)) void SVC_Handler(void) { __asm volatile("mrs r0, msp\\n ldr r1, =svc_body\\n bx r1\\n .ltorg"); }
void PendSV_Handler(void) { print("pendsv at tick %u\\n", ticks); }
void SysTick_Handler(void) { if (++ticks == 3) { SYSTICK_CSR = 0; SCB_ICSR = PENDSVSET; } }
int main(void) {
    register uint32_t r0 __asm("r0") = 40, r1 __asm("r1") = 2;
    __asm volatile("svc 0" : "+r"(r0) : "r"(r1) : "memory");
    print("svc gives %u\\n", r0);
    SYSTICK_RVR = 499; SYSTICK_CVR = 0; SYSTICK_CSR = 7;
    while (ticks < 3) __asm volatile("wfi");
    print("cpuid %x\\n", REG(0xE000ED00u));
    __asm volatile("ldr %0, [%1]" : "=l"(r0) : "l"(0x20000001));
    return r0;
}
void hard(uint32_t *frame) {
    print("HardFault at %s\\n", frame[6] > 0x80 ? "main" : "?");
    finish(3);
}
__attribute__((naked)) void HardFault_Handler(void) {
    __asm volatile("mrs r0, msp\\n ldr r1, =hard\\n bx r1\\n .ltorg"); }
"""


@pytest.mark.parametrize(("core", "cpuid"), [("cortex-m0", "410cc200"), ("cortex-m0plus", "410cc601")])
def test_small_cores(core: str, cpuid: str, tracer: str, tmp_path: Path) -> None:
    """SVC, PendSV, SysTick, WFI, and an unaligned access that becomes a HardFault."""
    ours = resources.files("emulator").joinpath("boards", "mps2-an386.toml").read_text(encoding="utf-8")
    (tmp_path / "small.toml").write_text(ours.replace('core = "cortex-m4"', f'core = "{core}"'))
    board = Board("small", tracer=tracer, folders=[tmp_path])
    board.load(build_text(V6M, core))
    result = board.run(max_cycles=1_000_000)
    lines = ["svc gives 42", "pendsv at tick 3", f"cpuid {cpuid}", "HardFault at main", ""]
    assert result.output.decode().split("\n") == lines
    assert result.exit_code == 3


def test_without_the_bindings_private_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The slow ways to registers and memory give the same run."""
    expected = run_here(build("floats"), "cortex-m4", "python", tmp_path)
    monkeypatch.setattr("emulator.engine.engine.Engine.native", lambda self: None)
    monkeypatch.setattr("emulator.engine.engine._library", lambda: None)
    assert run_here(build("floats"), "cortex-m4", None, tmp_path) == expected
