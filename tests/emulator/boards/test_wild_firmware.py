"""Firmware that runs wild ends in a paragraph: what, where, from where, why. Never in a traceback, never for ever."""

from __future__ import annotations

import pytest

from emulator import Board, RunResult
from tests.support.firmware import build_text

HEAD = '#include "firmware.h"\n'


def run(body: str, tracer: str | None = None, core: str = "cortex-m4", limit: int = 2_000_000) -> RunResult:
    board = Board({"cortex-m3": "mps2-an385", "cortex-m4": "mps2-an386"}[core], tracer=tracer)
    board.load(build_text(HEAD + body, core))
    return board.run(max_cycles=limit)


WILD = {
    "jump to the end": (
        "void jump(uint32_t a) { ((void (*)(void))a)(); }\nint main(void) { jump(0xFFFFFFFFu); return 0; }",
        "jump to 0xfffffffe",
        "main.c:2",
    ),
    "jump to nowhere": (
        "int main(void) { ((void (*)(void))0x30000001u)(); return 0; }",
        "jump to 0x30000000",
        "overwritten",
    ),
    "null pointer past memory": (
        "int main(void) { return *(volatile int *)0xFFFFFFFCu; }",
        "read of 4 bytes at 0xfffffffc",
        "NULL pointer",
    ),
    "stack overflow": (
        "int deep(int n) { volatile char a[4096]; a[0] = n; return deep(n + 1) + a[0]; }\n"
        "int main(void) { return deep(0); }",
        "write of",
        "stack overflow",
    ),
    "data executed": (
        "uint16_t data[4] = {0xDE01, 0xDE01};\nint main(void) { ((void (*)(void))((uint32_t)data | 1))(); return 0; }",
        "undefined instruction",
        "data executed as code",
    ),
    "vector table overwritten": (
        "int main(void) { for (int n = 1; n < 16; n++) ((volatile uint32_t *)0)[n] = 0;\n"
        '  __asm volatile("udf #0"); return 0; }',
        "undefined instruction",
        "main.c:3",
    ),
    "vectors point nowhere": (
        'int main(void) { SCB_VTOR = 0x30000000u; BARRIER(); __asm volatile("svc 0"); return 0; }',
        "vector",
        "vector table",
    ),
    "even function pointer": (
        'int main(void) { __asm volatile("ldr r0, =main\\n bic r0, #1\\n bx r0"); return 0; }',
        "without the Thumb bit",
        "bit 0 clear",
    ),
    "stack pointer lost": (
        'int main(void) { __asm volatile("ldr r0, =0x30000000\\n mov sp, r0\\n push {r0}"); return 0; }',
        "write of 4 bytes at 0x2ffffffc",
        "",
    ),
    "breakpoint": (
        'int main(void) { __asm volatile("bkpt 1"); return 0; }',
        "breakpoint without a debugger",
        "assertion",
    ),
}


@pytest.mark.parametrize("name", WILD)
def test_ends_in_a_paragraph(name: str, tracer: str) -> None:
    body, what, more = WILD[name]
    result = run(body, tracer)
    assert result.end == "fault"
    text = " ".join(fault.text for fault in result.faults)
    assert what in text
    assert more in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "body",
    [
        "int main(void) { for (volatile int n = 0;; n++) {} }",
        "int main(void) { SYSTICK_RVR = 99; SYSTICK_CSR = 3; for (;;) {} }",
        "int main(void) { SCB_AIRCR = 0x05FA0004u; for (;;) {} }",
        'int main(void) { SCB_SHCSR = 7u << 16; for (;;) __asm volatile("sev\\n wfe"); }',
    ],
)
def test_never_returning_ends_at_the_limit(body: str, tracer: str) -> None:
    result = run(body, tracer, limit=100_000)
    assert result.end == "max cycles"
    assert 100_000 <= result.cycles < 100_200
    timed = Board("mps2-an386", tracer=tracer)
    timed.load(build_text(HEAD + body))
    assert timed.run(timeout=0.05).end == "timeout"


@pytest.mark.parametrize("last", ["", '__asm("wfi");', '__asm("wfe");'])
def test_nothing_left_to_do(last: str, tracer: str) -> None:
    result = run(f"int main(void) {{ for (;;) {{ {last} }} }}", tracer)
    assert result.end == "idle"
    assert result.cycles < 5_000
    assert result.where.startswith("main+")


def test_the_call_chain(tracer: str) -> None:
    result = run(
        "__attribute__((noinline)) int inner(volatile int *p) { return *p + 1; }\n"
        "__attribute__((noinline)) int outer(int n) { return inner((volatile int *)0x30000000) + n; }\n"
        "int main(void) { return outer(2) + 1; }",
        tracer,
    )
    (fault,) = result.faults
    assert fault.where.startswith("inner+") and fault.where.endswith("main.c:2")
    assert [link.split("+")[0] for link in fault.chain] == ["outer", "main", "Reset_Handler"]
    assert fault.bits == ("PRECISERR",)


def test_a_handler_can_repair_a_fault(tracer: str) -> None:
    result = run(
        "void fix(uint32_t *frame) { frame[6] += 2; }\n"
        '__attribute__((naked)) void HardFault_Handler(void) { __asm volatile("mrs r0, msp\\n b fix"); }\n'
        'int main(void) { __asm volatile("udf #0"); print("alive"); return 0; }',
        tracer,
    )
    assert (result.end, result.output, len(result.faults)) == ("exit", b"alive", 1)


def test_another_cores_instruction_is_undefined(tracer: str) -> None:
    body = 'int main(void) { __asm volatile(".word 0x0000fb20"); return 0; }'
    result = run(body, tracer, core="cortex-m3")
    assert result.faults[0].bits == ("UNDEFINSTR",)
    assert "undefined instruction smlad r0" in result.faults[0].text
    assert run(body, tracer, core="cortex-m4").end == "exit"
