"""Calling C functions: what goes in, what comes back, and what it cost."""

from __future__ import annotations

import numpy as np
import pytest

from emulator import Buffer, EmulatorError, Int32, Machine, MemoryMap, Pointer, Region, Struct
from emulator.errors import (
    ArgumentError,
    CycleLimit,
    MemoryMapError,
    OutOfMemory,
    TracerError,
    UnknownCore,
    UnknownSymbol,
)
from tests.support.assembler import assemble

C = """
#include <stdint.h>
static int32_t calls;
typedef struct { const int8_t *data; int32_t size; } span;
int32_t dot(const int8_t *a, const int8_t *b, int32_t n)
    { int32_t s = 0; for (int32_t i = 0; i < n; i++) s += a[i] * b[i]; return s; }
void negate(int16_t *x, int32_t n) { for (int32_t i = 0; i < n; i++) x[i] = -x[i]; }
int32_t total(const span *s) { int32_t t = 0; for (int32_t i = 0; i < s->size; i++) t += s->data[i]; return t; }
int32_t same(const void *a, const void *b) { return a == b; }
int32_t count(void) { return ++calls; }
uint32_t address(const void *p) { return (uint32_t)p; }
"""
RECURSE = "push {r4, lr}\nsub sp, #32\nstr r0, [sp]\nsubs r0, #1\nbmi 1f\nbl f\n1: add sp, #32\npop {r4, pc}"


@pytest.fixture
def machine(tracer: str) -> Machine:
    return Machine.from_elf(assemble(C, source="c"), tracer=tracer)


def test_arrays_and_a_result(machine: Machine) -> None:
    a, b = np.arange(-32, 32, dtype=np.int8), np.arange(64, dtype=np.int8)
    result = machine.call("dot", a, b, 64)
    assert result.value == int(np.dot(a.astype(int), b.astype(int)))
    assert result.cycles > result.instructions > 4 * 64
    assert result.clobbered == ()


def test_writeable_arrays_come_back(machine: Machine) -> None:
    x = np.arange(6, dtype=np.int16).reshape(2, 3)
    machine.call("negate", x, 6, returns="void")
    np.testing.assert_array_equal(x, -np.arange(6).reshape(2, 3))


def test_a_strided_array_goes_in_and_comes_back_in_c_order(machine: Machine) -> None:
    whole = np.arange(12, dtype=np.int16).reshape(3, 4)
    machine.call("negate", whole[:, ::2], 6, returns="void")
    np.testing.assert_array_equal(whole[:, ::2], -np.arange(0, 12, 2).reshape(3, 2))
    np.testing.assert_array_equal(whole[:, 1::2], np.arange(1, 12, 2).reshape(3, 2))


def test_a_read_only_array_stays_as_it_was(machine: Machine) -> None:
    x = np.arange(4, dtype=np.int16)
    x.flags.writeable = False
    machine.call("negate", x, 4, returns="void")
    np.testing.assert_array_equal(x, np.arange(4))


def test_one_array_given_twice_has_one_address(machine: Machine) -> None:
    x = np.zeros(4, np.int8)
    assert machine.call("same", x, x).value == 1
    assert machine.call("same", x, x.copy()).value == 0


def test_overlapping_arrays_are_refused(machine: Machine) -> None:
    x = np.zeros(8, np.int8)
    with pytest.raises(ArgumentError, match="argument 2: two arrays overlap"):
        machine.call("same", x[:5], x[3:])


def test_an_empty_array_has_an_aligned_address(machine: Machine) -> None:
    address = machine.call("address", np.zeros(0, np.int8), returns="uint32_t").value
    assert address != 0
    assert address % 16 == 0


def test_bytes_none_and_bool(machine: Machine) -> None:
    assert machine.call("dot", b"\1\2\3", b"\1\1\1", 3).value == 6
    assert machine.call("address", None).value == 0
    assert machine.call("address", True).value == 1


class Span(Struct):
    data: Pointer
    size: Int32


def test_a_struct_goes_by_pointer_with_its_arrays(machine: Machine) -> None:
    assert machine.call("total", Span(np.array([1, -2, 5], np.int8), 3)).value == 4


def test_a_buffer_stays_between_calls(machine: Machine) -> None:
    buffer = machine.alloc(np.arange(4, dtype=np.int16), name="x")
    machine.call("negate", buffer, 4, returns="void")
    machine.call("negate", buffer + 4, 2, returns="void")
    assert machine.read_array(buffer, np.int16, (2, 2)).tolist() == [[0, -1], [2, 3]]


def test_argument_memory_is_reused(machine: Machine) -> None:
    first = machine.call("address", np.zeros(100, np.int8), returns="uint32_t").value
    assert machine.call("address", np.zeros(100, np.int8), returns="uint32_t").value == first


def test_a_snapshot_brings_back_static_data_and_buffers(machine: Machine) -> None:
    buffer = machine.alloc(b"before")
    machine.call("count")
    snapshot = machine.snapshot()
    machine.call("count")
    machine.write(buffer, b"after!")
    later = machine.alloc(8)
    machine.restore(snapshot)
    assert machine.call("count").value == 2
    assert machine.read(buffer, 6) == b"before"
    assert machine.alloc(8) == later
    with pytest.raises(MemoryMapError, match="snapshot of another memory map"):
        Machine.from_elf(assemble("bx lr")).restore(snapshot)


def test_static_data_lives_between_calls_and_is_fresh_after_load(machine: Machine) -> None:
    assert [machine.call("count").value for _ in range(3)] == [1, 2, 3]
    machine.load(assemble(C, source="c"))
    assert machine.call("count").value == 1


def test_loading_other_code_at_the_same_place(tracer: str) -> None:
    machine = Machine(tracer=tracer)
    for body, cycles in (("movs r0, #1\nbx lr", 3), ("movs r0, #2\nnop\nbx lr", 4)):
        machine.load(assemble(body))
        result = machine.call("f")
        assert (result.value, result.cycles) == (int(body[10]), cycles)


def test_a_function_by_address(machine: Machine) -> None:
    symbol = machine.symbol("count")
    assert machine.call(symbol.address).value == 1
    assert machine.call(symbol.address | 1).value == 2


def test_stack_is_the_deepest_write_and_the_same_again() -> None:
    machine = Machine.from_elf(assemble(RECURSE))
    assert [machine.call("f", n).stack for n in (0, 1, 10, 1, 0)] == [40, 80, 440, 80, 40]


def test_stack_is_exact() -> None:
    machine = Machine.from_elf(assemble("push {r4-r7}\nsub sp, #40\nstr r0, [sp, #4]\nadd sp, #40\npop {r4-r7}\nbx lr"))
    assert machine.call("f", 0).stack == 16 + 40 - 4
    assert Machine.from_elf(assemble("bx lr")).call("f", 1, 2, 3, 4, 5, 6).stack == 0


def test_sp_is_a_multiple_of_eight_at_entry() -> None:
    machine = Machine.from_elf(assemble("mov r0, sp\nbx lr"))
    assert [machine.call("f", *range(n)).value % 8 for n in range(9)] == [0] * 9


def test_clobbered_registers_are_named_once() -> None:
    machine = Machine.from_elf(assemble("movs r4, #0\nvmov.f32 s17, #1.0\ncmp r0, #0\nit eq\nmoveq r9, r0\nbx lr"))
    assert machine.call("f", 0).clobbered == ("r4", "r9", "d8")
    assert machine.call("f", 1).clobbered == ("r4", "d8")
    assert Machine.from_elf(assemble("push {r4}\nbx lr")).call("f").clobbered == ("sp",)


def test_max_cycles_is_exact(tracer: str) -> None:
    machine = Machine.from_elf(assemble("1: subs r0, #1\nbne 1b\nbx lr"), tracer=tracer)
    needs = machine.call("f", 100).cycles
    assert needs == 99 * 3 + 2 + 2
    assert machine.call("f", 100, max_cycles=needs).cycles == needs
    with pytest.raises(CycleLimit, match=r"not done after 301 cycles, limit 300; pass max_cycles="):
        machine.call("f", 100, max_cycles=needs - 1)


def test_a_limit_stops_at_the_first_block_boundary(tracer: str) -> None:
    machine = Machine.from_elf(assemble("1: b 1b"), tracer=tracer)
    with pytest.raises(CycleLimit) as caught:
        machine.call("f", max_cycles=1001)
    assert (caught.value.cycles, caught.value.function, caught.value.limit) == (1002, "f", 1001)
    with pytest.raises(CycleLimit):
        machine.call("f", max_cycles=10)


def test_both_tracers_give_the_same_edges() -> None:
    pytest.importorskip("emulator.tracing._tracer", reason="emulator.tracing._tracer is not built")
    machines = [Machine.from_elf(assemble(C, source="c"), tracer=kind) for kind in ("python", "native")]
    for machine in machines:
        machine.call("dot", np.ones(33, np.int8), np.ones(33, np.int8), 33)
        machine.call("negate", np.ones(7, np.int16), 7)
    assert machines[0].edges == machines[1].edges != ()


def test_edges_can_be_cleared(tracer: str) -> None:
    machine = Machine.from_elf(assemble(RECURSE), tracer=tracer)
    first = machine.call("f", 3)
    machine.clear_edges()
    cleared = machine.edges
    assert cleared == ()
    second = machine.call("f", 3)
    assert sum(edge.count * edge.cycles for edge in machine.edges) == second.cycles == first.cycles


def test_given_memory_must_hold_the_segments() -> None:
    with pytest.raises(MemoryMapError, match=r"segment 0x00008000.* is outside the memory map .*ram 0x20000000"):
        Machine.from_elf(assemble("bx lr"), memory=MemoryMap([Region("ram", 0x20000000, 0x1000)]))


def test_given_memory_is_used() -> None:
    memory = MemoryMap([Region("flash", 0, 0x10000, "rx"), Region("ram", 0x20000000, 0x8000)])
    machine = Machine.from_elf(assemble("movs r0, #5\nstr r0, [r1]\nbx lr"), memory=memory)
    assert machine.call("f", 0, 0x20007FFC).value == 5
    assert [r.name for r in machine.memory] == ["flash", "ram", "stack", "heap"]
    assert machine.memory.named("stack").start >= 0x20008000 + (1 << 20)


def test_regions_of_ones_own() -> None:
    machine = Machine.from_elf(assemble("ldr r0, [r0]\nbx lr"))
    weights = machine.add_region("weights", 5000, "r", near=0x90000000)
    assert (weights.start, weights.size) == (0x90000000, 8192)
    buffer = machine.alloc(np.array([7], np.int32), region="weights")
    assert buffer == Buffer(0x90000000, 4)
    assert machine.call("f", buffer).value == 7
    with pytest.raises(OutOfMemory, match=r"9,000 bytes do not fit in region weights"):
        machine.alloc(9000, region=weights)
    machine.release(weights)
    assert machine.alloc(8192, region=weights).address == weights.start


def test_alignment_of_allocations() -> None:
    machine = Machine.from_elf(assemble("bx lr"))
    machine.alloc(1)
    assert machine.alloc(1, align=256).address % 256 == 0
    with pytest.raises(MemoryMapError, match="alignment 3 is not a power of two"):
        machine.alloc(1, align=3)


def test_what_is_missing_is_said() -> None:
    with pytest.raises(UnknownCore, match="did you mean cortex-m4"):
        Machine("cortex-m44")
    with pytest.raises(EmulatorError, match="load an ELF first"):
        Machine().call("f")
    with pytest.raises(UnknownSymbol, match="no symbol g; there are: f"):
        Machine.from_elf(assemble("bx lr")).call("g")
    with pytest.raises(TracerError, match="tracer 'fast' is unknown; there are: native, python, auto"):
        Machine.from_elf(assemble("bx lr"), tracer="fast")


def test_arguments_are_too_large_for_the_heap() -> None:
    machine = Machine.from_elf(assemble("bx lr"), heap_size=4096)
    with pytest.raises(OutOfMemory, match="5,000 bytes do not fit in region heap"):
        machine.call("f", bytes(5000))
    assert machine.call("f", bytes(4000)).value == machine.memory.named("heap").start
