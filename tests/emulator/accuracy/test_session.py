"""Measuring what a folder has: routines by hash or name, and what is said of those that are not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from emulator.accuracy.elf_files import choose, find_elf_files
from emulator.accuracy.publication import Call, FirmwareImage, Measurement
from emulator.accuracy.recorded import Recorded
from emulator.accuracy.session import measure_all, merge
from emulator.errors import AccuracyError
from tests.support.assembler import assemble

LOOP = "1: ldr r2, [r0]\nsubs r1, #1\nbne 1b\nbx lr"
ROUTINE = Measurement("p: f, X, 0 WS", "f", "cortex-m4", "X", "", 0, 60, 0, Call("", "f", ("zeros 16", 10), 2))
SLOW = replace(ROUTINE, key="p: f, X, 5 WS", memory="stm32f4_flash", wait_states=5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "loop-cortex-m4.elf").write_bytes(assemble(LOOP))
    (tmp_path / "notes.txt").write_text("no ELF")
    (tmp_path / "broken.elf").write_bytes(b"\x7fELF and no more")
    return tmp_path


def test_a_routine_is_measured(folder: Path) -> None:
    (attempt,) = measure_all(folder, [ROUTINE], {})
    assert attempt.now is not None and attempt.before is None
    assert attempt.now.cycles == (10 * 5 - 1 + 2) / 2
    assert attempt.now.instructions == 31 / 2
    shares = dict(attempt.now.classes)
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)
    assert shares["load"] == pytest.approx(20 / 51, abs=1e-3)


def test_buffers_hold_what_the_row_says(folder: Path) -> None:
    (folder / "sub" / "loop-cortex-m4.elf").write_bytes(
        assemble("ldrb r1, [r0]\nadds r1, #1\n1: subs r1, #1\nbne 1b\nbx lr")
    )
    rows = [replace(ROUTINE, run=Call("", "f", (words,))) for words in ("ones 4", "count 4")]
    ones, count = (attempt.now for attempt in measure_all(folder, rows, {}))
    assert ones is not None and count is not None
    assert (ones.instructions, count.instructions) == (3 + 2 * 256, 3 + 2)


def test_wait_states_are_those_of_the_row(folder: Path, tracer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROINFER_TRACER", tracer)
    wide = ".rept 40\nadd.w r2, r2, r3\n.endr\n" + LOOP
    (folder / "sub" / "loop-cortex-m4.elf").write_bytes(assemble(wide))
    fast, slow = measure_all(folder, [ROUTINE, replace(SLOW, memory="stm32f1_flash", wait_states=2)], {})
    assert fast.now is not None and slow.now is not None
    assert slow.now.cycles - fast.now.cycles == slow.now.stalls > 0


def test_unaligned_loads_are_charged(folder: Path) -> None:
    (folder / "sub" / "loop-cortex-m4.elf").write_bytes(assemble("ldr r1, [r0, #2]\nbx lr"))
    (unaligned,) = measure_all(folder, [ROUTINE], {})
    (folder / "sub" / "loop-cortex-m4.elf").write_bytes(assemble("ldr r1, [r0, #4]\nbx lr"))
    (aligned,) = measure_all(folder, [ROUTINE], {})
    assert unaligned.now is not None and aligned.now is not None
    assert unaligned.now.cycles - aligned.now.cycles == 1 / 2


def test_data_can_lie_in_slow_memory(folder: Path, tracer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICROINFER_TRACER", tracer)
    slow_data = replace(ROUTINE, key="p: f, X, SRAM3", data_memory="stm32l4_sram")
    fast, slow = (attempt.now for attempt in measure_all(folder, [ROUTINE, slow_data], {}))
    assert fast is not None and slow is not None
    assert slow.cycles - fast.cycles == slow.stalls == 10 / 2


def test_another_build_is_told(folder: Path) -> None:
    (first,) = measure_all(folder, [ROUTINE], {})
    assert first.now is not None
    known = {ROUTINE.key: first.now}
    (same,) = measure_all(folder, [ROUTINE], known)
    (folder / "sub" / "loop-cortex-m4.elf").write_bytes(assemble("nop\n" + LOOP))
    (other,) = measure_all(folder, [ROUTINE], known)
    assert (same.other_build, other.other_build) == (False, True)


def test_the_recorded_hash_comes_before_the_name(folder: Path) -> None:
    (folder / "older.elf").write_bytes(assemble("nop\n" + LOOP))
    files = find_elf_files(folder)
    assert [f.path.name for f in files] == ["older.elf", "loop-cortex-m4.elf"]
    call = Call("", "f", ())
    by_hash, by_name = choose(files, call, "cortex-m4", files[0].code), choose(files, call, "cortex-m4", "")
    assert by_hash is files[0] and by_name is files[1]
    assert choose(files, call, "cortex-m3", "") is None
    assert choose(files, Call("aes-", "f", ()), "cortex-m4", "") is None


def test_debug_information_does_not_count(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    (again / "a.elf").write_bytes(assemble(LOOP) + b"tail that nothing loads")
    assert find_elf_files(again)[0].code == find_elf_files(folder / "sub")[0].code


def test_what_is_not_there_says_why(folder: Path) -> None:
    absent = replace(ROUTINE, run=Call("", "g", ()))
    image = replace(ROUTINE, run=FirmwareImage("kws.bin", "nucleo-l4r5zi", 0, 4, "int8"))
    wild = replace(ROUTINE, run=Call("", "f", (0xF0000000, 1)))
    reasons = [a.why_not for a in measure_all(folder, [absent, image, wild], {})]
    assert "cortex-m4.elf has g" in reasons[0] and reasons[1] == "no file kws.bin"
    assert "0xf0000000" in reasons[2]
    with pytest.raises(AccuracyError, match="no folder"):
        measure_all(folder / "absent", [ROUTINE], {})


def test_new_counts_replace_old_ones_and_forgotten_rows_go() -> None:
    old = Recorded(ROUTINE.key, 1, 1, 0, "", "", ())
    gone, kept = replace(old, key="gone"), replace(old, key=SLOW.key)
    known = {row.key: row for row in (old, gone, kept)}
    new = replace(old, cycles=2)
    from emulator.accuracy.session import Attempt

    assert merge(known, [Attempt(ROUTINE, old, new)], [ROUTINE, SLOW]) == [new, kept]
