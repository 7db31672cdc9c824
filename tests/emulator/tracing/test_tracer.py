"""Both tracers: edges, live time, exact stops, and going on after a stop."""

from __future__ import annotations

import pytest

from emulator import Machine
from emulator.engine.engine import Engine, register_ids
from emulator.errors import TracerError
from emulator.program.elf import read_elf
from emulator.tracing.tracer import Tracer, make_tracer
from tests.support.assembler import assemble

EXIT = 0x30000
LOOP = "movs r0, #5\n1: subs r0, #1\nbeq 2f\nnop\nb 1b\n2: bx lr"
Edges = list[tuple[int, int, int, int, int, int]]


def cost(address: int, size: int, target: int) -> tuple[int, int]:
    """One cycle a byte, one instruction a half-word."""
    return size, size // 2


def attach(body: str, kind: str, size: int = 0x1000) -> tuple[Engine, Tracer]:
    """An engine with `body` at 0x8000 and a tracer."""
    engine = Engine("CORTEX_M4")
    engine.map(0x8000, size, "rx")
    for segment in read_elf(assemble(body)).segments:
        engine.write(segment.address, segment.data)
    engine.set_exit(EXIT)
    engine.set_registers({register_ids(["lr"])[0]: EXIT | 1})
    tracer = make_tracer(cost, engine.stop_function(), kind)
    if callable(tracer.callback):
        engine.block_hooks.call(tracer.callback)
    else:
        assert engine.block_hooks.call_natively(tracer.callback, tracer.user_data)
    return engine, tracer


def finished(body: str, kind: str) -> tuple[int, int, Edges]:
    engine, tracer = attach(body, kind)
    stop = engine.run(0x8000)
    assert stop.kind == "exit"
    tracer.close(EXIT)
    return tracer.cycles, tracer.instructions, tracer.edges()


def test_edges_of_a_loop(tracer: str) -> None:
    cycles, instructions, edges = finished(LOOP, tracer)
    assert edges == [
        (0x8000, 6, 0x8006, 1, 6, 3),
        (0x8006, 4, 0x8002, 4, 4, 2),
        (0x8002, 4, 0x8006, 3, 4, 2),
        (0x8002, 4, 0x800A, 1, 4, 2),
        (0x800A, 2, EXIT, 1, 2, 1),
    ]
    assert (cycles, instructions) == (6 + 16 + 16 + 2, 3 + 8 + 8 + 1)


@pytest.mark.parametrize("step", [1, 3, 4, 7, 100])
def test_stops_lie_at_block_boundaries_and_count_nothing_twice(step: int, tracer: str) -> None:
    engine, counter = attach(LOOP, tracer)
    stops = []
    pc = 0x8000
    while True:
        counter.limit = counter.cycles + step
        stop = engine.run(pc)
        if stop.kind == "exit":
            break
        assert stop.kind == "stopped"
        assert counter.stopped
        stops.append((stop.pc, counter.cycles))
        pc = stop.pc
    counter.close(EXIT)
    assert (counter.cycles, counter.instructions, counter.edges()) == finished(LOOP, tracer)
    boundaries = [6, 10, 14, 18, 22, 26, 30, 34, 38]
    expected, reached = [], 0
    for boundary in boundaries:
        if boundary >= reached + step:
            expected.append(boundary)
            reached = boundary
    assert [cycles for _, cycles in stops] == expected


def test_a_stop_may_be_followed_by_something_else(tracer: str) -> None:
    engine, counter = attach(LOOP, tracer)
    counter.limit = 10
    pc = engine.run(0x8000).pc
    counter.begin()
    counter.limit = 1 << 40
    assert engine.run(pc).kind == "exit"
    counter.close(EXIT)
    assert (counter.cycles, counter.edges()) == (finished(LOOP, tracer)[0], finished(LOOP, tracer)[2])


@pytest.mark.parametrize(("flag", "result"), [(0, 0b1111), (1, 0b1000)])
def test_a_stop_inside_it_keeps_the_condition(flag: int, result: int, tracer: str) -> None:
    """The IT block straddles a page, so a block begins in its middle."""
    it = "ittt eq\norreq r0, #1\norreq r0, #2\norreq r0, #4\norr r0, #8\nbx lr"
    engine, counter = attach(f"movs r0, #0\ncmp r1, #0\nb.w 1f\n.org 0xffa\n1: {it}", tracer, size=0x2000)
    r0, r1 = register_ids(["r0", "r1"])
    engine.set_registers({r1: flag})
    pc, stops = 0x8000, []
    while True:
        counter.limit = counter.cycles + 1
        stop = engine.run(pc)
        if stop.kind == "exit":
            break
        pc = stop.pc
        stops.append(pc)
    assert stops == [0x8FFA, 0x9000]
    assert engine.registers([r0]) == (result,)


def test_an_error_of_the_cost_function_stops_the_run_and_is_handed_over(tracer: str) -> None:
    engine = Engine("CORTEX_M4")
    engine.map(0x8000, 0x1000, "rx")
    engine.write(0x8000, bytes.fromhex("fee7"))
    engine.set_exit(EXIT)

    def fails(address: int, size: int, target: int) -> tuple[int, int]:
        raise ValueError(f"no cost for {address:#x}")

    counter = make_tracer(fails, engine.stop_function(), tracer)
    if callable(counter.callback):
        engine.block_hooks.call(counter.callback)
    else:
        engine.block_hooks.call_natively(counter.callback, counter.user_data)
    assert engine.run(0x8000).kind == "stopped"
    error = counter.take_error()
    assert isinstance(error, ValueError)
    assert str(error) == "no cost for 0x8000"
    assert counter.take_error() is None


def test_forgetting(tracer: str) -> None:
    engine, counter = attach(LOOP, tracer)
    engine.run(0x8000)
    counter.close(EXIT)
    counter.clear_counts()
    assert counter.edges() == []
    counter.forget()
    engine.run(0x8000)
    counter.close(EXIT)
    assert [row[3] for row in counter.edges()] == [1, 4, 3, 1, 1]


def test_many_edges(tracer: str) -> None:
    """More than the native table holds at first."""
    body = "\n".join(f"b {n}f\n{n}:" for n in range(3000)) + "\nbx lr"
    machine = Machine.from_elf(assemble(body), tracer=tracer)
    first, second = machine.call("f"), machine.call("f")
    assert first.instructions == 3001
    assert first == second
    assert {e.count for e in machine.edges} == {2}


def test_native_is_refused_where_it_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    import emulator.tracing

    monkeypatch.setitem(sys.modules, "emulator.tracing._tracer", None)
    monkeypatch.delattr(emulator.tracing, "_tracer", raising=False)
    with pytest.raises(TracerError, match=r"not built; run `python setup.py build_ext --inplace`"):
        make_tracer(cost, 0, "native")
    assert type(make_tracer(cost, 0, "auto")).__name__ == "PythonTracer"


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROINFER_TRACER", "python")
    assert type(make_tracer(cost, 1)).__name__ == "PythonTracer"
    monkeypatch.setenv("MICROINFER_TRACER", "quick")
    with pytest.raises(TracerError, match="tracer 'quick' is unknown"):
        make_tracer(cost, 1)


def test_without_the_binding_s_private_names_python_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    import emulator.engine.engine as engine

    expected = Machine.from_elf(assemble(LOOP)).call("f")
    monkeypatch.setattr(engine, "_library", lambda: None)
    assert Machine.from_elf(assemble(LOOP)).call("f") == expected
    with pytest.raises(TracerError, match="native"):
        Machine.from_elf(assemble(LOOP), tracer="native")
