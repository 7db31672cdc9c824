"""Profiles: who called whom how often, what it cost, and that keeping one changes nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from emulator import Board, EmulatorError
from emulator.profile.export import formats, render
from emulator.profile.tree import FunctionCost, Profile
from tests.support.firmware import build, build_text


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


def test_formats_are_found() -> None:
    assert formats() == ["callgrind", "chrome", "collapsed", "speedscope"]
    with pytest.raises(EmulatorError, match="no profile format perf; there are: callgrind"):
        render(profile_of(build("nesting")), "perf")


def test_callgrind_annotate_reads_it(tmp_path: Path) -> None:
    annotate = shutil.which("callgrind_annotate")
    if annotate is None:
        pytest.skip("needs callgrind_annotate")
    profile = profile_of(build("nesting"))
    (tmp_path / "out").write_text(render(profile, "callgrind"))
    command = [annotate, "--inclusive=yes", "--threshold=100", str(tmp_path / "out")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for row in profile.functions():
        if row.inclusive:
            assert re.search(rf"^\s*{row.inclusive:,} \(.*:{row.name}\b", text, re.MULTILINE), row


def test_collapsed_stacks() -> None:
    profile = profile_of(build("nesting"))
    rows = [line.rsplit(" ", 1) for line in render(profile, "collapsed").splitlines()]
    assert sum(int(cycles) for _, cycles in rows) == profile.cycles - profile.elsewhere
    assert any(path == "IRQ1_Handler;enter;print;put_char" for path, _ in rows)


def test_speedscope_keeps_to_its_schema() -> None:
    """The rules of speedscope's file-format-schema.json for sampled profiles."""
    profile = profile_of(build("nesting"))
    document = json.loads(render(profile, "speedscope"))
    frames, (sampled,) = document["shared"]["frames"], document["profiles"]
    assert sampled["type"] == "sampled" and sampled["unit"] in ("none", "nanoseconds", "microseconds", "bytes")
    assert len(sampled["samples"]) == len(sampled["weights"])
    assert all(0 <= index < len(frames) for sample in sampled["samples"] for index in sample)
    assert sampled["endValue"] - sampled["startValue"] == sum(sampled["weights"])
    assert all(set(frame) == {"name"} for frame in frames)


def test_chrome_events_nest() -> None:
    document = json.loads(render(profile_of(build("nesting")), "chrome"))
    open_events: list[str] = []
    for event in document["traceEvents"][1:]:
        if event["ph"] == "B":
            open_events.append(event["name"])
        else:
            assert open_events.pop() == event["name"]
    assert open_events == []
