"""Profiles: who called whom how often, what it cost, and that keeping one changes nothing."""

from __future__ import annotations

import pytest

from emulator import Board, EmulatorError
from emulator.profile.tree import FunctionCost, Profile
from tests.support.firmware import build, build_text
from tests.support.gcc import needs_gcc


def profile_of(elf: bytes, tracer: str | None = None) -> Profile:
    board = Board("mps2-an386", tracer=tracer, profile=True)
    board.load(elf)
    assert board.run(max_cycles=20_000_000).end in ("exit", "idle")
    return board.profile()


def functions_of(body: str, tracer: str | None = None) -> dict[str, FunctionCost]:
    elf = build_text(f'#include "firmware.h"\n#define KEEP __attribute__((noinline))\n{body}')
    return {row.name: row for row in profile_of(elf, tracer).functions()}


@pytest.mark.parametrize("program", ["scheduler", "nesting", "exceptions"])
def test_keeping_a_profile_changes_nothing(program: str, tracer: str) -> None:
    elf = build(program)
    results = []
    for profile in (False, True):
        board = Board("mps2-an386", tracer=tracer, profile=profile)
        board.load(elf)
        results.append(board.run(max_cycles=20_000_000))
    assert results[0] == results[1]


@pytest.mark.parametrize("program", ["scheduler", "nesting", "exceptions", "faults"])
def test_both_tracers_keep_the_same_tree(program: str, tracer: str) -> None:
    assert profile_of(build(program), tracer) == profile_of(build(program), "python")


@needs_gcc
def test_calls_and_costs(tracer: str) -> None:
    found = functions_of(
        'KEEP int leaf(int n) { __asm volatile("nop\\n nop"); return n; }\n'
        "KEEP int middle(int n) { return leaf(n) + leaf(n + 1); }\n"
        "int main(void) { middle(1); middle(2); leaf(3); return 0; }",
        tracer,
    )
    assert [found[name].calls for name in ("leaf", "middle", "main")] == [5, 2, 1]
    assert found["leaf"].inclusive == found["leaf"].cycles
    assert found["leaf"].instructions == 5 * 3
    leaves_of_middle = 4 * found["leaf"].cycles // 5
    assert found["middle"].inclusive == found["middle"].cycles + leaves_of_middle
    assert found["main"].inclusive == found["main"].cycles + found["middle"].inclusive + found["leaf"].cycles // 5


@needs_gcc
def test_recursion_counts_once(tracer: str) -> None:
    found = functions_of(
        "KEEP int sum(int n) { return n ? n + sum(n - 1) : 0; }\nint main(void) { return sum(10) != 55; }", tracer
    )
    assert found["sum"].calls == 11
    assert found["sum"].inclusive == found["sum"].cycles


def test_tail_calls_belong_to_the_caller_of_both(tracer: str) -> None:
    found = functions_of(
        'KEEP void last(void) { __asm volatile("nop"); }\n'
        '__attribute__((naked, noinline)) void first(void) { __asm volatile("nop\\n b last"); }\n'
        'int main(void) { first(); first(); __asm volatile("nop"); return 0; }',
        tracer,
    )
    assert (found["first"].calls, found["last"].calls) == (2, 2)
    assert found["first"].inclusive == found["first"].cycles
    assert found["main"].inclusive == sum(found[name].cycles for name in ("main", "first", "last"))


def test_longjmp_unwinds(tracer: str) -> None:
    """A jump out of three calls, written by hand: SP and the address behind the call, as setjmp would save them."""
    found = functions_of(
        "uint32_t saved[2];\n"
        "__attribute__((naked, noinline)) int set(void) {\n"
        '  __asm volatile("ldr r1, =saved\\n mov r2, sp\\n str r2, [r1]\\n str lr, [r1, #4]\\n"\n'
        '  "movs r0, #0\\n bx lr"); }\n'
        "__attribute__((naked, noinline)) void jump(void) {\n"
        '  __asm volatile("ldr r1, =saved\\n ldr r2, [r1]\\n mov sp, r2\\n ldr lr, [r1, #4]\\n"\n'
        '  "movs r0, #1\\n bx lr"); }\n'
        'KEEP void inner(void) { jump(); __asm volatile("nop"); }\n'
        'KEEP void outer(void) { inner(); __asm volatile("nop"); }\n'
        'KEEP void after(void) { __asm volatile("nop"); }\n'
        "int main(void) { if (!set()) { outer(); } after(); after(); return saved[1] == 0; }",
        tracer,
    )
    assert found["after"].calls == 2
    assert found["main"].inclusive >= found["outer"].inclusive + found["after"].inclusive
    assert found["outer"].inclusive == sum(found[name].cycles for name in ("outer", "inner", "jump"))


def test_handlers_do_not_count_for_what_they_interrupt(tracer: str) -> None:
    profile = profile_of(build("scheduler"), tracer)
    roots = {node.function for node in profile.nodes if node.parent is None}
    assert roots == {"Reset_Handler", "task", "PendSV_Handler", "SysTick_Handler", "SVC_Handler"}
    assert {node.calls for node in profile.nodes if node.function == "task"} == {2}
    assert 0 < profile.elsewhere < profile.cycles // 20


def test_timeline(tracer: str) -> None:
    timeline = profile_of(build("nesting"), tracer).timeline
    assert [event.name for event in timeline[:6]] == ["IRQ1", "IRQ2", "IRQ3", "IRQ3", "IRQ3", "IRQ3"]
    assert [event.entered for event in timeline[:6]] == [True, True, True, False, True, False]
    assert list(timeline) == sorted(timeline, key=lambda event: event.cycles)


def test_a_profile_has_to_be_asked_for() -> None:
    board = Board("mps2-an386")
    board.load(build("nesting"))
    with pytest.raises(EmulatorError, match="profile=True"):
        board.profile()
