"""Shares of rules: by how much a run's cycles would differ without them; and of the rows on pairs."""

from __future__ import annotations

import pytest

from emulator import Machine
from emulator.accuracy.rule_shares import rules_in_effect
from emulator.accuracy.run_coverage import machine_coverage, recording_coverage
from emulator.timing.core import load_core
from tests.support.assembler import assemble

TURNS = 1000
LOADS = "1: ldr r2, [r0]\nldr r3, [r0, #4]\nsubs r1, #1\nbne 1b\nbx lr"
"""Two loads (3 cycles by load_pairing, 4 without), a subtraction and a taken branch: 6 cycles a turn."""

POINTER = "1: adds r2, r0, #0\nldr r3, [r2]\nsubs r1, #1\nbne 1b\nbx lr"
"""An address that the instruction in front of the load makes: a cycle in six."""

STRAIGHT = "1: adds r2, #1\nsubs r1, #1\nbne 1b\nbx lr"


def shares(code: str, core: str, rules: tuple[str, ...] | None = None) -> dict[str, float]:
    machine = Machine.from_elf(assemble(code, core), core)
    machine.call("f", machine.alloc(16), TURNS, returns="void")
    wanted = rules_in_effect(machine.core) if rules is None else rules
    return dict(machine_coverage(machine, wanted).rules)


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4"])
@pytest.mark.parametrize(
    ("code", "rule", "share"),
    [(LOADS, "load_pairing", 1 / 6), (POINTER, "address_hazard", 1 / 7), (STRAIGHT, "load_pairing", 0)],
)
def test_a_rule_has_the_share_that_it_changes(core: str, code: str, rule: str, share: float) -> None:
    assert shares(code, core).get(rule, 0) == pytest.approx(share, abs=0.01)


def test_only_the_wanted_rules_are_looked_for() -> None:
    assert set(shares(LOADS, "cortex-m4", ("address_hazard", "load_pairing"))) == {"load_pairing"}
    assert shares(LOADS, "cortex-m4", ()) == {}


def test_rules_that_say_nothing_are_not_in_effect() -> None:
    m0, m3, m4 = (rules_in_effect(load_core(name)) for name in ("cortex-m0", "cortex-m3", "cortex-m4"))
    assert "load_pairing" in m3 and "load_pairing" not in m0
    assert "fp_result_use" in m4 and "fp_result_use" not in m3
    assert "unaligned_wide_load_pairs" not in (*m0, *m3, *m4)


def test_rows_of_pairs_share_the_instructions_they_speak_of() -> None:
    found = shares("1: nop.w\nnop.w\nnop.w\nsubs r1, #1\nbne 1b\nbx lr", "cortex-m33")
    assert found["pair wide + any"] == pytest.approx(3 / 5, abs=0.01)


def test_a_taken_branch_is_one_to_rows_of_pairs() -> None:
    rows = rules_in_effect(load_core("cortex-m33"))
    taken = [row for row in rows if row.startswith("pair") and "taken" in row]
    found = shares("1: adds r2, #1\nsubs r1, #1\nbne 1b\nbx lr", "cortex-m33")
    assert taken and found[taken[0]] == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize("core", ["cortex-m7", "cortex-m33"])
def test_every_rule_can_be_left_out(core: str) -> None:
    found = shares(LOADS, core)
    assert set(found) <= set(rules_in_effect(load_core(core)))


def test_a_recording_leans_on_the_rules_of_the_core_it_is_costed_for() -> None:
    machine = Machine.from_elf(assemble(LOADS, "cortex-m0"), "cortex-m0")
    machine.record()
    machine.call("f", machine.alloc(16), TURNS, returns="void")
    found = recording_coverage(machine.recording(), "cortex-m4", rules=("load_pairing",))
    assert dict(found.rules)["load_pairing"] == pytest.approx(1 / 6, abs=0.01)


def test_a_core_without_a_rule_keeps_the_others() -> None:
    core = load_core("cortex-m4")
    other = core.without("load_pairing")
    changed = {rule.name: rule.value for rule in core.rules if rule not in other.rules}
    assert changed == {"load_pairing": 1}
    assert len(other.rules) == len(core.rules) and other.classes == core.classes
