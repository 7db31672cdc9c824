"""What cycles go to: assembly in, issue and stalls by cause out; and for any edge they add up to what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from emulator import Machine
from emulator.instructions.decode import Decoder
from emulator.profile.breakdown import Spent, split
from emulator.program.elf import read_code_ranges, read_elf
from emulator.program.symbols import SymbolTable
from emulator.timing.charges import Cause, Charge, Stall, settle
from emulator.timing.core import core_names, load_core
from emulator.timing.cost import CostModel
from emulator.timing.pipelines import in_order
from tests.support.assembler import assemble
from tests.support.kernels import library

Row = tuple[int, dict[str, int]]


def spent(body: str, core: str) -> list[Spent]:
    """Every instruction of a function that runs once, r0 pointing to memory, r1 being 0."""
    machine = Machine.from_elf(assemble(f"{body}\nbx lr", core), core)
    cycles = machine.call("f", machine.alloc(256), 0, returns="void").cycles
    rows = machine.breakdown()
    assert sum(row.cycles for row in rows) == cycles
    return list(rows)


def rows(body: str, core: str) -> list[Row]:
    """Issue cycles and stalls of each instruction of `body`."""
    return [(row.issue, {str(cause): n for cause, n in row.stalls}) for row in spent(body, core)[:-1]]


def test_loads_and_branches_on_cortex_m0plus() -> None:
    assert rows("ldr r2, [r0]\nldr r3, [r0]\nadds r2, r3", "cortex-m0plus") == [
        (1, {"load-use": 1}),
        (1, {"load-use": 1}),
        (1, {}),
    ]
    assert rows("movs r2, #3\n1: subs r2, #1\nbne 1b", "cortex-m0plus") == [(1, {}), (3, {}), (3, {"branch": 2})]
    assert rows("push {r4, r5}\npop {r4, r5}", "cortex-m0plus") == [(2, {"store": 1}), (2, {"load-use": 1})]


def test_loads_and_branches_on_cortex_m4() -> None:
    """Loads hide each other's data phase, but for the last's."""
    assert rows("ldr r2, [r0]\nldr r3, [r0]\nadds r2, r3", "cortex-m4") == [(1, {}), (1, {"load-use": 1}), (1, {})]
    assert rows("movs r2, #3\n1: subs r2, #1\nbne 1b", "cortex-m4") == [(1, {}), (3, {}), (3, {"branch": 2})]
    assert rows("b 1f\n.balign 4\nnop\n1: eor.w r2, r2, r3", "cortex-m4")[0] == (1, {"branch": 2})


def test_an_address_that_has_just_been_computed_on_cortex_m4() -> None:
    assert rows("adds r0, #4\nldr r2, [r0]\nnop", "cortex-m4") == [(1, {}), (1, {"address": 1}), (1, {})]


def test_an_it_folds_on_cortex_m4() -> None:
    assert rows("movs r2, #1\nit eq\nmoveq r2, #2", "cortex-m4") == [(1, {}), (0, {}), (1, {})]


def test_the_instruction_that_causes_a_stall_is_known() -> None:
    (stalled,) = [
        row for row in spent("adds r0, #4\nldr r2, [r0]\nnop", "cortex-m4") if dict(row.stalls).get("address")
    ]
    (hazard,) = stalled.hazards
    assert hazard.waits is not None
    assert (hazard.by.text, hazard.waits.text, hazard.cycles) == ("add r0, #4", "ldr r2, [r0]", 1)


def test_loads_and_multiplies_on_cortex_m33() -> None:
    found = rows("isb\nldr r2, [r0]\nadds r2, #1\nmuls r3, r2\nadds r3, #1\nisb", "cortex-m33")[1:-1]
    assert found == [(1, {}), (1, {"load-use": 1}), (1, {"multiply/divide": 1}), (1, {"multiply/divide": 1})]


def test_pairs_on_cortex_m33() -> None:
    assert rows("isb\nmovs r2, #1\nnop\nmovs r2, #1\nmovs r3, #1\nisb", "cortex-m33")[1:-1] == [
        (1, {}),
        (0, {}),
        (1, {}),
        (1, {}),
    ]


def test_pairs_and_loads_on_cortex_m7() -> None:
    """The younger of a pair takes no cycle; a shifter wants what was loaded two cycles before."""
    assert rows("isb\nldr.w r2, [r0]\nldr.w r3, [r0, #4]\neor.w r4, r5, r2, lsl #2\nisb", "cortex-m7")[1:-1] == [
        (1, {}),
        (0, {}),
        (1, {"load-use": 1}),
    ]


def test_addresses_and_multiplies_on_cortex_m7() -> None:
    found = rows("isb\neor.w r2, r1, r1\nldr.w r3, [r0, r2]\nmul r4, r1, r1\neor.w r5, r4, r1\nisb", "cortex-m7")
    assert found[1:-1] == [(1, {}), (1, {"address": 1}), (0, {}), (1, {"multiply/divide": 1})]


def test_the_end_of_a_loop_is_mispredicted_on_cortex_m7() -> None:
    found = rows("movs r2, #3\n1: nop.w\nnop.w\nsubs r2, #1\nbne 1b\nisb", "cortex-m7")
    assert [stalls.get("mispredict", 0) for _, stalls in found] == [0, 0, 0, 0, 8, 0]


def test_divides_take_their_own_time() -> None:
    """60000 / 1 takes longer than 1 / 1 (emulator/timing/operands.py); both issue in one cycle."""
    body = "movw r2, #{}\nmovs r3, #1\nudiv r4, r2, r3\nnop"
    short, long = (rows(body.format(dividend), "cortex-m4")[2] for dividend in (1, 60000))
    assert short[0] == long[0] == 1
    assert list(short[1]) == list(long[1]) == ["multiply/divide"]
    assert short[1]["multiply/divide"] < long[1]["multiply/divide"]


def test_a_stall_across_an_edge_counts_in_the_function_that_charges_it() -> None:
    """The callee's first load waits for an address of the caller's: the call's edge has it, and so has the call."""
    body = "push {r4, lr}\nadds r0, #4\nbl 1f\npop {r4, pc}\n.type g, %function\ng: 1: ldr r2, [r0]\nbx lr\n.size g, 4"
    machine = Machine.from_elf(assemble(body, "cortex-m7"), "cortex-m7")
    cycles = machine.call("f", machine.alloc(256), 0, returns="void").cycles
    assert sum(row.cycles for row in machine.breakdown()) == cycles


def test_settling_takes_away_from_the_end_and_adds_to_the_last() -> None:
    one, two = Decoder().block(bytes.fromhex("00bf00bf"), 0x8000)
    charges = (Charge(one, 1), Charge(two, 1, (Stall(Cause.ADDRESS, 1, one, two),)))
    assert [c.cycles for c in settle(charges, 2)] == [1, 1]
    assert [c.cycles for c in settle(charges, 0)] == []
    assert sum(c.cycles for c in settle(charges, 5)) == 5
    assert settle(charges, 5)[-1].stalls[0].cause == "fetch"


def edges(elf: bytes) -> Iterator[tuple[int, int, int]]:
    """Every block of all code, cut at branches, with each place that it may go on at."""
    for first, end in read_code_ranges(elf):
        begin = first
        for instruction in Decoder().sequence(code_of(elf)(first, end - first), first):
            if not instruction.writes_pc:
                continue
            targets = [instruction.end] if instruction.conditional or instruction.is_call else [first]
            targets += [] if instruction.target is None else [instruction.target]
            yield from ((begin, instruction.end - begin, target) for target in targets)
            begin = instruction.end


def code_of(elf: bytes) -> Callable[[int, int], bytes]:
    """Bytes of the file by address."""
    segments = read_elf(elf).segments

    def read(address: int, size: int) -> bytes:
        holder = next((s for s in segments if s.address <= address < s.address + len(s.data)), None)
        return b"" if holder is None else holder.data[address - holder.address :][:size]

    return read


@pytest.mark.parametrize("core", core_names())
def test_charges_of_all_code_of_the_kernels_add_up(core: str) -> None:
    elf = library(core).read_bytes()
    table, symbols = load_core(core), SymbolTable(read_elf(elf).symbols)
    model = CostModel(table, code_of(elf), symbols.locate)
    seen = 0
    for address, size, target in edges(elf):
        charges = model.charges(address, size, target)
        cycles, instructions = model.edge(address, size, target)
        assert sum(charge.cycles for charge in charges) == cycles
        assert all(charge.issue >= 0 and all(s.cycles > 0 for s in charge.stalls) for charge in charges)
        seen += instructions
    assert seen > 2000


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4"])
def test_nothing_is_left_to_settle_on_in_order_cores(core: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One issue cycle for an instruction, one more for each further word; none for a folded IT."""

    def exact(charges: Sequence[Charge], cycles: int) -> tuple[Charge, ...]:
        assert sum(charge.cycles for charge in charges) == cycles, charges[0].instruction
        return tuple(charges)

    monkeypatch.setattr(in_order, "settle", exact)
    elf = library(core).read_bytes()
    model = CostModel(load_core(core), code_of(elf), SymbolTable().locate)
    for address, size, target in edges(elf):
        charges = model.charges(address, size, target)
        issue = {i.address: 0 for i in model.block(address, size)}
        for charge in charges:
            issue[charge.instruction.address] = issue.get(charge.instruction.address, 0) + charge.issue
        for instruction in model.block(address, size):
            words = instruction.transfers if instruction.is_multiple or "d" in instruction.name[3:4] else 1
            least = 0 if instruction.name == "it" else 1
            assert least <= issue[instruction.address] <= max(1, words, instruction.transfers)


def test_work_and_share_of_the_ideal() -> None:
    body = "movs r2, #100\n1: ldr r3, [r0]\nsmlad r4, r3, r3, r4\nsubs r2, #1\nbne 1b"
    part = split(spent(body, "cortex-m4"), "f")
    assert dict(part.done) == {"loads": 100, "MACs": 200}
    assert part.name == "f" and part.cycles == part.issue + sum(n for _, n in part.stalls)


def test_floating_point_on_cortex_m4() -> None:
    """A result is used a cycle late, and integer code goes on under a division."""
    assert rows("vadd.f32 s0, s1, s2\nvadd.f32 s3, s0, s0\nnop", "cortex-m4")[:2] == [
        (1, {}),
        (1, {"floating point": 1}),
    ]
    division = rows("vdiv.f32 s0, s1, s2\nadds r2, #1\nvmov r3, s0\nnop", "cortex-m4")
    assert division[0][1]["floating point"] + 1 < 14 and division[1] == (1, {})


def test_prefetch_on_cortex_m4() -> None:
    """32-bit instructions at odd half-words run the queue dry; which one waits is known, nothing is left to settle."""
    body = "movs r2, #2\n.balign 4\nnop\n1: ldr.w r3, [r0]\n" + "add.w r4, r4, #1\n" * 4 + "subs.w r2, r2, #1\nbne.w 1b"
    found = rows(body, "cortex-m4")
    waiting = [n for n, (_, stalls) in enumerate(found) if "fetch" in stalls]
    assert waiting and len(found) - 1 not in waiting
