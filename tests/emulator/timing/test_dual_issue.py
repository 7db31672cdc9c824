"""What the pipelines that pair instructions have in common: tables, and effects across edges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emulator import Machine
from emulator.errors import TimingError
from emulator.timing.core import load_core
from emulator.timing.issue_table import load_issue_table
from emulator.timing.pipelines import make_pipeline
from tests.support.assembler import assemble
from tests.support.straight_line import fenced, total

CORES = ("cortex-m33", "cortex-m7")


@pytest.mark.parametrize("core", CORES)
def test_rows_say_where_they_are_from_and_are_used(core: str) -> None:
    table, classes = load_issue_table(core), load_core(core).classes
    used = {row.result for row in classes} | {row.early_result for row in classes} | {"address update"}
    assert table.results.keys() == used - {""}
    groups = {group for row in classes for group in row.groups}
    groups |= {"any", "wide", "narrow", "taken", "sets flags"}
    assert all(row.source for row in table.results.values())
    assert all(pair.source for pair in table.pairs)
    assert all(hold.source for hold in table.holds)
    assert {g for p in table.pairs for g in (*p.older, *p.younger)} <= groups
    assert {g for h in table.holds for g in (*h.after, *h.groups)} <= groups


@pytest.mark.parametrize("core", CORES)
def test_every_class_has_a_result(core: str) -> None:
    assert {row.result for row in load_core(core).classes} <= load_issue_table(core).results.keys()


def test_the_first_pair_that_matches_decides() -> None:
    table = load_issue_table("cortex-m7")
    assert table.may_pair(frozenset({"any", "store"}), frozenset({"any", "load"}))
    assert not table.may_pair(frozenset({"any", "store"}), frozenset({"any", "store"}))
    assert not table.may_pair(frozenset(), frozenset())


def test_a_table_without_a_rule_is_refused() -> None:
    core = load_core("cortex-m7")
    with pytest.raises(TimingError, match="dual_issue wants the rules banks, early_flags"):
        make_pipeline(replace(core, rules=core.rules[1:]))


def test_a_load_keeps_its_user_behind_a_branch_waiting() -> None:
    body = "nop.w\nnop.w\nldr.w r1, [r0]\nb.n 1f\n.balign 8\n1: ldrb.w r2, [r0, {}]"
    loaded, other = (fenced(body.format(register), "cortex-m7") for register in ("r1", "r3"))
    assert loaded == other + 1


def test_a_latency_reaches_across_a_short_block() -> None:
    """The addend of VFMA takes three cycles, of which the branch around the return and back uses two."""
    loop = "movs r3, #%d\nmovs r2, #0\n.balign 8\n1: cmp r2, r3\nblt 2f\nbx lr\n.balign 8\n2: adds r2, #1\n{}\nb 1b"
    slow, fast = (loop.format(f"vfma.f32 s0, s{n}, s1") for n in (0, 1))
    rounds = [total(body % 12, "cortex-m7") - total(body % 8, "cortex-m7") for body in (slow, fast)]
    assert rounds[0] > rounds[1]


@pytest.mark.parametrize("core", CORES)
def test_a_branch_not_taken_cuts_nothing(core: str) -> None:
    """The sum over the edges of two blocks is the time of the same code in one."""
    work = (
        "ldr r2, [r0]\nadds r3, #1\neors r4, r3\nadds r5, r2\nmuls r6, r5\nadds r6, #1\nldr r2, [r0, #4]\nadds r2, r6\n"
    )
    cut = Machine.from_elf(assemble(f"isb\n{work}cbnz r1, 1f\n{work}1: isb\nbx lr", core), core)
    cycles = cut.call("f", cut.alloc(256), 0, returns="void").cycles
    whole = total(f"isb\n{work}nop\n{work}isb\nbx lr", core)
    assert abs(cycles - whole) <= 1
