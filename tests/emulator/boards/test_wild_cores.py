"""Each way to run wild ends in a report on each core: in time, in one paragraph, never in a traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emulator import Board, RunResult
from emulator.errors import BoardError
from tests.support.cores import CORES, board_for
from tests.support.firmware import MACHINES, build_text

HEAD = '#include "firmware.h"\ntypedef void (*Function)(void);\n'
LIMIT = 400_000
QUICK = ("cortex-m0plus", "cortex-m33")
EACH = [pytest.param(core, marks=() if core in QUICK else pytest.mark.slow) for core in CORES]


def run(body: str, core: str, folder: Path, limit: int = LIMIT) -> RunResult:
    board = Board(MACHINES[core]) if core in MACHINES else board_for(core, folder, flash="rwx")
    board.load(build_text(HEAD + body, core))
    result = board.run(max_cycles=limit)
    assert all("\n" not in fault.text for fault in result.faults)
    return result


FAULTS = {
    "jump to the end": ("int main(void) { ((Function)0xFFFFFFFFu)(); return 0; }", "jump to 0xfffffffe"),
    "jump to zeros": ("int main(void) { ((Function)0x08000001u)(); return 0; }", "jump to"),
    "null call": ("int main(void) { ((Function)0)(); return 0; }", ""),
    "even call": ("int main(void) { ((Function)((uint32_t)main & ~1u))(); return 0; }", "Thumb"),
    "data": (
        "uint16_t data[] = {0xDE01};\nint main(void) { ((Function)((uint32_t)data | 1))(); return 0; }",
        "undefined",
    ),
    "erased data": (
        "uint32_t data[64];\nint main(void) { for (int n = 0; n < 64; n++) data[n] = ~0u;\n"
        "  ((Function)((uint32_t)data | 1))(); return 0; }",
        "undefined instruction ffff",
    ),
    "stack to nowhere": (
        'int main(void) { __asm volatile("ldr r0, =0x70000000\\n mov sp, r0\\n push {r0}"); return 0; }',
        "write",
    ),
    "stack to zero": ('int main(void) { __asm volatile("movs r0, #0\\n mov sp, r0\\n push {r0}"); return 0; }', ""),
    "recursion": (
        "volatile int depth;\nint deep(int n) { volatile char a[2048]; a[0] = n; return deep(n + 1) + a[0]; }\n"
        "int main(void) { return deep(depth); }",
        "",
    ),
    "return code outside": (
        'int main(void) { __asm volatile("ldr r0, =0xFFFFFFF9\\n bx r0"); return 0; }',
        "jump to 0xfffffff8",
    ),
    "undefined": ('int main(void) { __asm volatile("udf #3"); return 0; }', "undefined instruction udf"),
    "breakpoint": ('int main(void) { __asm volatile("bkpt #3"); return 0; }', "breakpoint"),
    "unaligned": (
        'int main(void) { __asm volatile("ldr r0, =0x20000001\\n ldm r0!, {r1, r2}"); return 0; }',
        "unaligned",
    ),
    "peripheral executed": ("int main(void) { ((Function)0x40004001u)(); return 0; }", "jump to 0x40004000"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("core", EACH)
def test_a_fault_is_told(core: str, name: str, tmp_path: Path) -> None:
    if name == "null call" and shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("clang drops a call of NULL")
    body, what = FAULTS[name]
    result = run(body, core, tmp_path)
    assert result.end in ("fault", "max cycles"), result
    assert result.faults
    assert what in " ".join(fault.text for fault in result.faults)


@pytest.mark.parametrize("core", EACH)
def test_a_fault_in_the_fault_handler_locks_up(core: str, tmp_path: Path) -> None:
    body = """void HardFault_Handler(void) { __asm volatile("udf #1"); }
    int main(void) { __asm volatile("udf #0"); return 0; }"""
    result = run(body, core, tmp_path)
    assert result.end == "fault"
    assert "lockup" in result.faults[-1].text
    assert "HardFault" in result.faults[-1].text
    assert result.where.startswith("HardFault_Handler")


@pytest.mark.parametrize("code", ["0xFFFFFFF3", "0xFFFFFF00", "0xFFFFFFFF", "0xFFFFFFE0", "0xFFFFFFF1"])
@pytest.mark.parametrize("core", EACH)
def test_garbage_as_exception_return(core: str, code: str, tmp_path: Path) -> None:
    body = f"""void SVC_Handler(void) {{ __asm volatile("ldr r0, ={code}\\n bx r0"); }}
    int main(void) {{ __asm volatile("svc 0"); return 0; }}"""
    result = run(body, core, tmp_path)
    assert result.end == "fault", result
    assert result.where


@pytest.mark.parametrize("core", EACH)
def test_self_modifying_code_runs_as_it_is_now(core: str, tmp_path: Path) -> None:
    body = """
    static uint16_t code[2] __attribute__((aligned(4)));
    int main(void) {
        int (*function)(void) = (int (*)(void))((uint32_t)code | 1);
        for (int n = 0; n < 4; n++) {
            code[0] = 0x2000 + n; code[1] = 0x4770; BARRIER();
            print("%d\\n", function());
        }
        return 0; }"""
    result = run(body, core, tmp_path)
    assert (result.end, result.output) == ("exit", b"0\n1\n2\n3\n")


@pytest.mark.parametrize("core", EACH)
def test_a_loop_ends_at_the_limit_and_in_time(core: str, tmp_path: Path) -> None:
    body = "int main(void) { for (volatile int n = 0;; n++) {} }"
    assert run(body, core, tmp_path, 20_000).end == "max cycles"
    endless = run("int main(void) { SYSTICK_RVR = 9; SYSTICK_CSR = 3; for (;;) {} }", core, tmp_path, 20_000)
    assert endless.end == "max cycles"


@pytest.mark.parametrize("core", EACH)
@pytest.mark.parametrize("content", [bytes(1024), b"\xff" * 1024, bytes.fromhex("00000120 00000000") + bytes(64)])
def test_no_vector_table(core: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="no vector table"):
        board_for(core, tmp_path).load(content, base=0)


@pytest.mark.parametrize("core", EACH)
def test_writes_to_flash(core: str, tmp_path: Path) -> None:
    board = board_for(core, tmp_path, flash="rx")
    if core in MACHINES and MACHINES[core] == "mps2-an505":
        pytest.skip("the firmware for this core is linked to other addresses")
    board.load(build_text(HEAD + "int main(void) { *(volatile int *)0x100 = 1; return 0; }", core))
    result = board.run(max_cycles=LIMIT)
    assert result.end == "fault"
    assert "write of 4 bytes at 0x00000100" in result.faults[0].text
    assert "flash cannot be written" in result.faults[0].text
