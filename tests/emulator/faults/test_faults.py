"""Calls that do not return say what happened, where, and what was there."""

from __future__ import annotations

import pytest

from emulator import EmulatorError, Machine, errors
from emulator.errors import (
    Breakpoint,
    CycleLimit,
    Fault,
    IllegalInstruction,
    StoppedError,
    SupervisorCall,
    WaitForInterrupt,
)
from tests.support.assembler import assemble

GOOD = "\n.balign 4\ngood: movs r0, #42\nbx lr\n.global good\n.type good, %function\n.size good, 4"


def failure(body: str, *arguments: int, core: str = "cortex-m4", tracer: str | None = None) -> StoppedError:
    """What calling the code raises; the machine must be able to call another function afterwards."""
    machine = Machine.from_elf(assemble(body + GOOD, core), core, tracer=tracer)
    with pytest.raises(StoppedError) as caught:
        machine.call("f", *arguments, max_cycles=100_000)
    result = machine.call("good")
    assert (result.value, result.stack, result.clobbered) == (42, 0, ())
    assert "\n" not in str(caught.value)
    return caught.value


NULL_JUMP = "f+0x2 (0x00008002): jump to 0x00000000: no code there; null function pointer?"
TO_STACK = "sub sp, #8\nmov r0, sp\norr r0, #1\nbx r0"
FAULTS = [
    ("movs r0, #16\nldr r1, [r0]", "unmapped", "read", 16, 4, "f+0x2 (0x00008002): read of 4 bytes at 0x00000010: no"),
    ("movs r0, #16\nldr r1, [r0]", "unmapped", "read", 16, 4, "no memory there; null pointer?"),
    ("ldr r0, =0x50000001\nstrb r0, [r0]\nb .\n.ltorg", "unmapped", "write", 0x50000001, 1, "behind region heap"),
    ("movw r0, #0x8000\nstrh r0, [r0]", "protected", "write", 0x8000, 2, "code 0x00008000..0x00008fff rx is read-only"),
    ("1: push {r0}\nb 1b", "stack overflow", "write", 0x1FFFFFFC, 4, "overflow, 4 bytes below the stack of 65,536 b"),
    ("movs r0, #1\nbx r0", "fetch", "fetch", 0, 4, NULL_JUMP),
    ("movw r0, #0x7001\nblx r0", "fetch", "fetch", 0x7000, 4, "f+0x4 (0x00008004): jump to 0x00007000: no code there"),
    ("mov r0, sp\nbx r0", "fetch", "fetch", 0x20010000, 4, "f+0x2 (0x00008002): jump to 0x20010000: no code there"),
    (TO_STACK, "fetch", "fetch", 0x2000FFF8, 4, "region stack 0x20000000..0x2000ffff rw is not executable"),
    ("movw r0, #1\nmovt r0, #0x4000\nbx r0", "fetch", "fetch", 0x40000000, 2, "f+0x8 (0x00008008): jump to 0x40000000"),
    ("mvn r0, #6\nbx r0", "fetch", "fetch", 0xFFFFFFF8, 2, "f+0x4 (0x00008004): jump to 0xfffffff8: no code there"),
]


@pytest.mark.parametrize(("body", "kind", "access", "address", "size", "text"), FAULTS)
def test_faults(body: str, kind: str, access: str, address: int, size: int, text: str, tracer: str) -> None:
    error = failure(body, tracer=tracer)
    assert isinstance(error, Fault)
    assert (error.kind, error.access, error.function, error.address) == (kind, access, "f", address)
    assert error.size == size or access == "fetch"
    assert text in str(error)


def test_a_fault_counts_what_ran_before_it(tracer: str) -> None:
    error = failure("movs r0, #0\nadds r1, r1\nadds r1, r1\nldr r2, [r0]\nadds r1, r1\nbx lr", tracer=tracer)
    assert (error.pc, error.instructions) == (0x8006, 3)
    error = failure("movs r0, #1\nb 1f\n1: bx r0", tracer=tracer)
    assert error.instructions == 3


def test_a_fault_inside_it_leaves_no_trace(tracer: str) -> None:
    body = "movs r0, #0\ncmp r0, #0\nitttt eq\nldreq r1, [r0]\nmoveq r1, #1\nmoveq r1, #1\nmoveq r1, #1\nbx lr"
    error = failure(body, tracer=tracer)
    assert (error.pc, error.instructions) == (0x8006, 3)


def test_a_fault_in_a_callee_names_the_callee() -> None:
    callee = ".type g, %function\ng: ldr r0, [r0]\nbx lr\n.size g, . - g"
    body = f"push {{lr}}\nmovs r0, #0\nbl g\npop {{pc}}\n.size f, . - f\n{callee}"
    machine = Machine.from_elf(assemble(body))
    with pytest.raises(Fault, match=r"^g\+0x0 "):
        machine.call("f")


@pytest.mark.parametrize(
    ("body", "error", "text", "number"),
    [
        ("nop\nbkpt #0xab", Breakpoint, "f+0x2 (0x00008002): breakpoint bkpt #0xab", 0xAB),
        ("nop\nsvc #5", SupervisorCall, "f+0x2 (0x00008002): supervisor call svc #5", 5),
        ("nop\nwfi", WaitForInterrupt, "f+0x2 (0x00008002): waits for an interrupt", None),
        ("nop\nudf #1", IllegalInstruction, "f+0x2 (0x00008002): undefined instruction udf #1", None),
        ("nop\n.hword 0xf7f0, 0xa000", IllegalInstruction, "f+0x2 (0x00008002): undefined instruction", None),
        ("1: b 1b", CycleLimit, "f+0x0 (0x00008000): not done after 100,000 cycles", None),
        ("1: wfe\nb 1b", CycleLimit, "not done after 100,0", None),
    ],
)
def test_other_ends(body: str, error: type[StoppedError], text: str, number: int | None, tracer: str) -> None:
    caught = failure(body, tracer=tracer)
    assert type(caught) is error
    assert text in str(caught)
    if number is not None:
        assert isinstance(caught, Breakpoint | SupervisorCall)
        assert caught.number == number


def test_hints_are_passed_over(tracer: str) -> None:
    machine = Machine.from_elf(assemble("wfe\nyield\nsev\nwfe.w\nmovs r0, #3\nbx lr"), tracer=tracer)
    result = machine.call("f")
    assert (result.value, result.instructions) == (3, 6)


@pytest.mark.parametrize(
    ("core", "build", "body", "text"),
    [
        ("cortex-m3", "cortex-m4", "smlad r0, r0, r0, r0", r"f\+0x2 .*smlad .* does not exist on Cortex-M3; build for"),
        ("cortex-m0", "cortex-m3", "cbz r0, 1f\nnop\n1:", "cbz .* does not exist on Cortex-M0"),
        ("cortex-m3", "cortex-m4", "vadd.f32 s0, s0, s0", "vadd.* does not exist on Cortex-M3"),
    ],
)
def test_instructions_of_another_core(core: str, build: str, body: str, text: str, tracer: str) -> None:
    machine = Machine.from_elf(assemble(f"nop\n{body}\nbx lr", build), core, tracer=tracer)
    for _ in range(2):
        with pytest.raises(IllegalInstruction, match=text):
            machine.call("f")


def test_unaligned_access_on_the_m0(tracer: str) -> None:
    error = failure("mov r1, sp\nsubs r1, #7\nldr r0, [r1, #4]", core="cortex-m0", tracer=tracer)
    assert isinstance(error, Fault)
    assert (error.kind, error.access, error.address, error.pc) == ("alignment", "read", 0x2000FFFD, 0x8004)


def test_all_errors_have_one_base() -> None:
    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(kinds) > 15
    assert all(issubclass(kind, EmulatorError) for kind in kinds)
