"""`microinfer profile` with a board's memories and several cores, and `recost`, as a user types them."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from microinfer.cli import main
from microinfer.cli.memory_options import frequency
from tests.support.cli import answer, refusal
from tests.support.dense_model import dense_model
from tests.support.kernels import library


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return dense_model(tmp_path_factory.mktemp("model"), inputs=64, outputs=8)


def test_a_board_s_memory_and_what_if(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    def cycles(*options: str) -> int:
        base = ("profile", model, "--kernels", str(library()))
        return int(answer(capsys, *base, *options)["cycles"])

    board = ("--board", "stm32f407-discovery")
    fast, slow = cycles(), cycles(*board)
    assert cycles(*board, "--wait-states", "0") == cycles(*board, "--clock", "30MHz") == fast < slow
    assert fast < cycles(*board, "--code-in", "RAM"), "code and data share a bus"
    assert cycles("--board", "nrf52840-dk", "--code-in", "ram") < cycles("--board", "nrf52840-dk")
    assert cycles(*board, "--clock", "60MHz") < slow < cycles(*board, "--caches", "off")


def test_one_run_for_many_cores(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ("profile", model, "--kernels", str(library()), "--board", "nucleo-l4r5zi")
    file = str(tmp_path / "run.rec")
    both = answer(capsys, *base, "--core", "m4,M7", "--record", file)
    assert [row["core"] for row in both["cores"]] == ["cortex-m4", "cortex-m7"]
    again = answer(capsys, "recost", file, "--core", "cortex-m4,m7", "--board", "nucleo-l4r5zi")
    assert again["cores"] == both["cores"] and again["clock_hz"] == 120_000_000
    for core in again["cores"]:
        assert [row["name"] for row in core["layers"]] == ["0 FULLY_CONNECTED"]
        assert core["layers"][0]["cycles"] == core["cycles"]
    layers = sum(layer["cycles"] for layer in both["layers"])
    assert both["cycles"] == layers == both["cores"][0]["cycles"]
    split = answer(capsys, "recost", file, "--core", "m4,m7", "--board", "nucleo-l4r5zi", "--stalls")["cores"]
    assert [sum(row["cycles"] for row in core["stalls"]) for core in split] == [c["cycles"] for c in again["cores"]]
    assert main(["recost", file, "--core", "m7", "--stalls"]) == 0
    assert "where the cycles went, cortex-m7" in capsys.readouterr().out
    energy = answer(capsys, "recost", file, "--board", "nucleo-l4r5zi", "--every", "50ms")["energy"]
    assert len(energy) == 3 and energy[0]["mean_power"]["low_mw"] > 0
    assert "needs --board" in refusal(capsys, "recost", file, "--every", "50ms")
    fast = answer(capsys, "recost", file)["cores"][0]
    assert fast["core"] == "cortex-m4" and fast["code_stalls"] == fast["data_stalls"] == 0
    assert main(["recost", file, "--core", "m4,m7", "--board", "stm32f407-discovery"]) == 0
    assert "5 wait states" in capsys.readouterr().out


def test_a_core_that_cannot_execute_the_code(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "run.rec")
    answer(capsys, "profile", model, "--kernels", str(library()), "--record", file)
    assert "does not exist on Cortex-M0;" in refusal(capsys, "recost", file, "--core", "m0")
    assert "no core cortex-m5" in refusal(capsys, "recost", file, "--core", "cortex-m5")


def test_refusals(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is no recording" in refusal(capsys, "recost", model)
    assert "--wait-states needs --board" in refusal(capsys, "profile", model, "--wait-states", "1")
    assert "no board nope" in refusal(capsys, "profile", model, "--board", "nope")


@pytest.mark.parametrize(
    ("text", "hz"),
    [("64MHz", 64_000_000), ("64", 64_000_000), ("64e6", 64_000_000), ("32768", 32_768), ("32.768kHz", 32_768)],
)
def test_clocks(text: str, hz: int) -> None:
    assert frequency(text) == hz


@pytest.mark.parametrize("text", ["", "fast", "0", "-1", "1e"])
def test_no_clocks(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        frequency(text)


SMALL = """title = "T"
core = "cortex-m0plus"
clock_hz = 1_000_000
interrupts = 1
priority_bits = 2
muls_cycles = {}
source = "S"
memory = [{{ name = "flash", start = 0, size = 65536, permissions = "rx", source = "S" }},
          {{ name = "ram", start = 0x20000000, size = 65536, source = "S" }}]
"""


def test_the_small_multiplier_of_a_board(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, boards = str(tmp_path / "run.rec"), ("--boards", str(tmp_path))
    cycles = []
    for name, muls in (("fast", 1), ("small", 32)):
        (tmp_path / f"{name}.toml").write_text(SMALL.format(muls))
        kernels = ("--kernels", str(library("cortex-m0plus")))
        found = answer(capsys, "profile", model, *kernels, "--board", name, *boards, "--record", file)
        cycles.append(found["cycles"])
    assert cycles[1] >= cycles[0] + 31 * 64 * 8
    for name, taken in zip(("fast", "small"), cycles, strict=True):
        assert answer(capsys, "recost", file, "--board", name, *boards)["cores"][0]["cycles"] == taken
