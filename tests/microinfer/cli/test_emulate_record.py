"""`microinfer emulate --record`, and `recost` of such a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from microinfer.cli import main
from tests.support.cli import answer, refusal
from tests.support.firmware import build


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, int]:
    """A recorded run of a firmware, and its cycles."""
    elf, file = tmp_path / "nesting.elf", tmp_path / "run.rec"
    elf.write_bytes(build("nesting", "cortex-m3"))
    live = answer(capsys, "emulate", str(elf), "--board", "mps2-an385", "--record", str(file))
    return file, int(live["cycles"])


def test_the_same_board_takes_the_same(run: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    file, cycles = run
    for where in ((), ("--board", "mps2-an385")):
        document = answer(capsys, "recost", str(file), *where)
        core = document["cores"][0]
        assert (core["core"], core["cycles"], core["layers"]) == ("cortex-m3", cycles, [])
        assert core["interval"]["cycles_low"] < cycles < core["interval"]["cycles_high"]
        assert any("recorded on mps2-an385" in note for note in document["notes"])


def test_other_cores_and_boards(run: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    file, cycles = run
    board = ("--board", "stm32f407-discovery")
    slow, fast = (
        answer(capsys, "recost", str(file), *board, *asked)["cores"][0]["cycles"]
        for asked in ((), ("--wait-states", "0"))
    )
    assert slow > fast == cycles
    assert main(["recost", str(file), "--core", "m3,m4"]) == 0
    assert "exception entry and return and asleep, as in the run" in capsys.readouterr().out
    assert "does not exist on Cortex-M0;" in refusal(capsys, "recost", str(file), "--core", "m0")


def test_annotate_takes_the_recording(run: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    file, _ = run
    elf = str(file.parent / "nesting.elf")
    document = answer(capsys, "annotate", elf, "put_char", "--trace", str(file))
    assert document["calls"] > 1


def test_what_does_not_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ("emulate", "firmware.elf", "--board", "mps2-an386", "--record")
    assert "cannot write" in refusal(capsys, *base, str(tmp_path / "no" / "folder"))
    elf = tmp_path / "nesting.elf"
    elf.write_bytes(build("nesting"))
    asked = ("emulate", str(elf), "--board", "mps2-an386", "--gdb", "0", "--record", str(tmp_path / "x"))
    assert "--record does not go with --gdb" in refusal(capsys, *asked)


def test_a_run_too_long_to_keep_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    elf, file = tmp_path / "nesting.elf", tmp_path / "run.rec"
    elf.write_bytes(build("nesting"))
    monkeypatch.setattr("emulator.recording.firmware.LIMIT", 50)
    assert main(["emulate", str(elf), "--board", "mps2-an386", "--record", str(file)]) == 0
    assert "recorded without the order of events" in capsys.readouterr().err
    assert answer(capsys, "recost", str(file))["cores"][0]["cycles"] > 0
    assert "holds counts only" in refusal(capsys, "recost", str(file), "--board", "nucleo-l4r5zi")
