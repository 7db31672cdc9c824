"""Stopping anywhere changes neither cycles nor output; breakpoints, watchpoints and steps stop exactly there."""

from __future__ import annotations

import itertools

import pytest

from emulator import Board
from tests.emulator.gdbstub.program import FAULTING, GUARDED, SPINNING, TEXT, address, board_with
from tests.support.gcc import needs_gcc
from tests.support.gdb_client import Client, connected


def undisturbed(text: str, tracer: str) -> object:
    return board_with(text, tracer).run(max_cycles=50_000_000)


def run_to_main(client: Client, board: Board) -> None:
    place = f"{address(board, 'main'):x},2"
    client.ask(f"Z1,{place}")
    client.ask("c")
    client.ask(f"z1,{place}")


def stop_everywhere(client: Client, board: Board, go: str, most: int) -> tuple[int, str]:
    stops = 0
    while (reply := client.ask(go)).startswith("T") and stops < most:
        stops += 1
    return stops, reply


def test_continuing_is_the_run_without_gdb(tracer: str) -> None:
    with connected(board_with(TEXT, tracer)) as (client, result):
        assert client.ask("vCont;c") == "W00"
        assert result() == undisturbed(TEXT, tracer)


@pytest.mark.parametrize("text", [TEXT, GUARDED], ids=["interrupts", "guarded"])
def test_stepping_through_all_of_it_is_the_same_run(tracer: str, text: str) -> None:
    with connected(board_with(text, tracer)) as (client, result):
        stops, reply = stop_everywhere(client, board_with(text), "vCont;s:1", 700)
        if reply != "W00":
            reply = client.ask("c")
        assert (stops >= 300, reply) == (True, "W00")
        assert result() == undisturbed(text, tracer)


def test_breakpoints_everywhere_leave_the_run_the_same(tracer: str) -> None:
    text = TEXT.replace("SYSTICK_RVR = 999", "SYSTICK_RVR = 299")
    board = board_with(text, tracer)
    with connected(board) as (client, result):
        for name in ("square", "SysTick_Handler", "main"):
            symbol = board.symbols.find(name)
            for offset in range(0, symbol.size, 2):
                assert client.ask(f"Z1,{(symbol.address & ~1) + offset:x},2") == "OK"
        stops, reply = stop_everywhere(client, board, "c", 2000)
        assert stops > 40
        assert reply == "W00"
        assert result() == undisturbed(text, tracer)


def test_a_breakpoint_is_not_in_memory() -> None:
    board = board_with(TEXT)
    place = address(board, "square")
    with connected(board) as (client, _):
        before = client.word(place)
        assert client.ask(f"Z0,{place:x},2") == "OK"
        assert client.ask("c") == "T05hwbreak:;thread:1;"
        assert client.pc() == place
        assert client.word(place) == before


def test_a_step_goes_into_an_interrupt(tracer: str) -> None:
    board = board_with(TEXT, tracer)
    handler = address(board, "SysTick_Handler")
    with connected(board) as (client, _):
        assert client.ask(f"Z1,{address(board, 'square'):x},2") == "OK"
        for _ in range(5):
            client.ask("c")
        steps = 0
        while client.pc() != handler and steps < 1500:
            client.ask("s")
            steps += 1
        assert client.pc() == handler
        assert client.register(16) & 0x1FF == 15


def test_stepping_through_a_range_runs_interrupts_to_their_end(tracer: str) -> None:
    board = board_with(TEXT, tracer)
    main = board.symbols.find("main")
    start = main.address & ~1
    with connected(board) as (client, _):
        client.ask(f"Z1,{start:x},2")
        client.ask("c")
        seen = set()
        for _ in range(60):
            assert client.ask(f"vCont;r{start:x},{start + main.size:x}:1") == "T05thread:1;"
            seen.add(client.pc())
            client.ask(f"Z1,{client.register(14) & ~1:x},2")
            if client.word(address(board, "ticks")) >= 1:
                break
            client.ask("c")
        assert address(board, "SysTick_Handler") not in seen


@pytest.mark.parametrize("label", ["head", "first", "second", "behind"])
def test_breakpoints_between_it_and_its_end_stop_there(tracer: str, label: str) -> None:
    board = board_with(GUARDED, tracer)
    place = next(s.address & ~1 for s in board.symbols.all if s.name == label)
    with connected(board) as (client, result):
        client.ask(f"Z0,{place:x},2")
        stops = 0
        while client.ask("c").startswith("T05"):
            assert client.pc() == place
            stops += 1
        assert stops == 6
        assert result() == undisturbed(GUARDED, tracer)


def test_a_watchpoint_stops_in_front_of_the_access(tracer: str) -> None:
    board = board_with(GUARDED, tracer)
    seen = address(board, "seen")
    writers = {s.name: s.address & ~1 for s in board.symbols.all if s.name in ("second", "behind")}
    with connected(board) as (client, result):
        run_to_main(client, board)
        assert client.ask(f"Z2,{seen:x},4") == "OK"
        values = []
        while (reply := client.ask("c")).startswith("T05"):
            assert reply == f"T05watch:{seen:x};thread:1;"
            assert client.pc() == writers["second"]
            values.append(client.word(seen))
        assert values == [0, 1, 3]
        assert result() == undisturbed(GUARDED, tracer)


@pytest.mark.parametrize(("kind", "count", "name"), [(2, 6, "watch"), (4, 7, "awatch"), (3, 1, "rwatch")])
def test_the_kinds_of_watchpoints(tracer: str, kind: int, count: int, name: str) -> None:
    board = board_with(GUARDED, tracer)
    place = address(board, "seen") + 4
    with connected(board) as (client, result):
        run_to_main(client, board)
        client.ask(f"Z{kind},{place:x},4")
        replies = []
        while (reply := client.ask("c")).startswith("T05"):
            replies.append(reply)
        assert replies == [f"T05{name}:{place:x};thread:1;"] * count
        assert result() == undisturbed(GUARDED, tracer)


def test_registers_of_peripherals_are_not_watched() -> None:
    with connected(board_with(TEXT)) as (client, _):
        assert client.ask("Z2,40004000,4") == "E01"


def test_ctrl_c_stops_a_loop_and_memory_can_be_looked_at(tracer: str) -> None:
    board = board_with(SPINNING, tracer)
    with connected(board, None) as (client, _):
        client.send(b"$c#63")
        client.send(b"\x03")
        assert client.reply() == "T02thread:1;"
        client.send(b"$c#63")
        client.send(b"\x03")
        assert client.reply() == "T02thread:1;"
        main = board.symbols.find("main")
        assert main.address & ~1 <= client.pc() < main.address + main.size


def test_a_fault_stops_in_front_of_its_handler(tracer: str) -> None:
    board = board_with(FAULTING, tracer)
    with connected(board) as (client, result):
        assert client.ask("c") == "T0bthread:1;"
        assert client.pc() == next(s.address & ~1 for s in board.symbols.all if s.name == "bad")
        assert "read of 0x30000000 at bad" in client.console
        assert client.ask("s") == "T05thread:1;"
        assert client.pc() == address(board, "HardFault_Handler")
        assert client.ask("c") == "W03"
        assert result() == undisturbed(FAULTING, tracer)


@needs_gcc
def test_a_branch_to_itself_can_be_stepped(tracer: str) -> None:
    board = board_with(TEXT, tracer)
    with connected(board) as (client, _):
        place = address(board, "Default_Handler")
        client.ask(f"Pf={place.to_bytes(4, 'little').hex()}")
        for _ in range(4):
            assert client.ask("s") == "T05thread:1;"
            assert client.pc() == place


def test_a_jump_to_nowhere_stops_there(tracer: str) -> None:
    with connected(board_with(TEXT, tracer)) as (client, _):
        client.ask("Pf=feffffff")
        assert client.ask("c") == "T0bthread:1;"
        assert client.console == "fetch fault at 0xfffffffe; continue to enter its handler\n"


def test_faults_need_not_stop(tracer: str) -> None:
    with connected(board_with(FAULTING, tracer)) as (client, _):
        assert client.monitor("catch none") == "catching none\n"
        assert client.ask("c") == "W03"


def test_after_detach_the_firmware_runs_to_its_end(tracer: str) -> None:
    with connected(board_with(TEXT, tracer)) as (client, result):
        client.ask("s")
        assert client.ask("D") == "OK"
        assert result() == undisturbed(TEXT, tracer)


def test_kill_stops_where_it_is() -> None:
    with connected(board_with(TEXT)) as (client, result):
        client.ask("s")
        client.send(b"$k#6b")
        assert result().end == "stopped"


@needs_gcc
def test_cycles_count_into_the_block(tracer: str) -> None:
    board = board_with(TEXT, tracer)
    with connected(board) as (client, _):
        counts = []
        for _ in range(12):
            counts.append(int(client.monitor("cycles").split()[0]))
            client.ask("s")
        assert counts[0] == 0
        assert all(later > before for before, later in itertools.pairwise(counts))


def test_the_limit_of_cycles_holds() -> None:
    with connected(board_with(SPINNING), 5000) as (client, result):
        assert client.ask("c") == "X18"
        assert result().end == "max cycles"


def test_reset_starts_anew() -> None:
    board = board_with(TEXT)
    with connected(board) as (client, result):
        client.ask(f"Z1,{address(board, 'square'):x},2")
        client.ask("c")
        assert client.monitor("reset").startswith("reset; at Reset_Handler")
        assert client.pc() == address(board, "Reset_Handler")
        client.ask(f"z1,{address(board, 'square'):x},2")
        assert client.ask("c") == "W00"
        assert result().output == b"sum 30 ticks 3 total 10\n"
