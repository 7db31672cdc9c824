"""Many instructions whose operands are looked at, few and many hooks: the same counts, and every place asked for."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from emulator import Machine
from emulator.engine.engine import Engine
from emulator.engine.instruction_hooks import Covering
from tests.support.assembler import assemble

NATIVE = pytest.mark.skipif(find_spec("emulator.tracing._tracer") is None, reason="the extension is not built")


@pytest.mark.parametrize("sites", [3, 40, 41, 120])
def test_however_many_divisions_each_takes_its_own_time(sites: int, tracer: str) -> None:
    """Up to 40 are hooked one by one, more by one hook over all; the dividend gets shorter on the way."""
    between, shorter = "nop\n" * 5, ("movs r0, r0", "lsrs r0, r0, #1", "lsrs r0, r0, #2")
    rows = between.join(f"udiv r{2 + n % 2}, r0, r1\n{shorter[n % 3]}\n" for n in range(sites))
    elf = assemble(f"{rows}\nbx lr", "cortex-m3")
    machine = Machine.from_elf(elf, "cortex-m3", tracer=tracer)
    for _ in range(3):
        machine.call("f", 0xFFFFFFFF, 3)
    assert len(machine.operand_cycles) > 0
    expected = _reference(elf)
    assert machine.operand_cycles == expected
    assert len(expected) >= min(sites, 15)


def _reference(elf: bytes) -> dict[int, int]:
    machine = Machine.from_elf(elf, "cortex-m3", tracer="python")
    for _ in range(3):
        machine.call("f", 0xFFFFFFFF, 3)
    return machine.operand_cycles


@NATIVE
def test_few_places_are_hooked_one_by_one_and_many_by_one_hook() -> None:
    native = Engine("CORTEX_M3").native()
    assert native is not None
    covering = Covering(native, 4, 0x1000, 0)
    for n in range(40):
        covering.add(0x8000 + 64 * n)
    assert covering.holds(0x8040) and not covering.holds(0x8020)
    covering.add(0x8044)
    assert covering.holds(0x8042)
    covering.remove(0x8040)
    assert not covering.holds(0x8040)
    covering.add(0x20000)
    assert all(covering.holds(place) for place in (0x8000, 0x8020, 0x8040, 0x20000))
    assert not covering.holds(0x30000)


@NATIVE
def test_what_a_look_raises_ends_the_run_and_is_raised() -> None:
    machine = Machine.from_elf(assemble("nop\nnop\nadds r0, #1\nbx lr", "cortex-m3"), "cortex-m3", tracer="native")
    caller, space = machine._loaded()

    def look(place: int) -> None:
        raise RuntimeError(f"at 0x{place:x}")

    from emulator.tracing.looks import Looks

    Looks(space.engine, caller.tracer).add(0x8004, look)
    with pytest.raises(RuntimeError, match="at 0x8004"):
        machine.call("f", 1)
