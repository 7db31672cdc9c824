"""`microinfer annotate`, and the --stalls of profile and emulate, as a user types them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from microinfer.cli import main
from tests.support.assembler import assemble
from tests.support.cli import answer, refusal
from tests.support.dense_model import dense_model
from tests.support.firmware import build
from tests.support.gcc import needs_gcc
from tests.support.kernels import library

DENSE = "arm_fully_connected_s8"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return dense_model(tmp_path_factory.mktemp("model"), inputs=64, outputs=8)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("firmware") / "nesting.elf"
    path.write_bytes(build("nesting"))
    return str(path)


def check_sums(document: dict[str, Any]) -> None:
    rows = document["rows"]
    assert sum(row["cycles"] for row in rows) == document["cycles"]
    assert sum(row["issue"] for row in rows) == document["issue"]
    assert document["cycles"] == document["issue"] + sum(document["stalls"].values())
    assert all(row["cycles"] == row["issue"] + sum(row["stalls"].values()) for row in rows)
    assert sum(line["cycles"] for line in document["lines"]) == document["cycles"]
    if document["executed"]:
        assert document["interval"]["cycles_low"] < document["cycles"] < document["interval"]["cycles_high"]
    else:
        assert document["interval"] is None


@needs_gcc
def test_a_kernel_under_a_model(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    elf = str(library())
    document = answer(capsys, "annotate", elf, DENSE, "--model", model)
    check_sums(document)
    assert (document["schema"], document["schema_version"]) == ("microinfer.annotate", 1)
    profiled = answer(capsys, "profile", model, "--kernels", elf)
    assert document["total_cycles"] == profiled["cycles"] and document["calls"] == 1 and document["executed"]
    slow = answer(capsys, "annotate", elf, DENSE, "--model", model, "--board", "stm32f407-discovery", "--caches", "off")
    check_sums(slow)
    waits = [row for row in slow["rows"] if "wait states" in row["stalls"]]
    assert document["cycles"] < slow["cycles"] and any(not row["text"].startswith("ldr") for row in waits)
    loads = next(row for row in document["ideal"] if row["name"] == "loads")
    assert loads["ideal_per_cycle"] == 1 and loads["done"] >= 2 * 64 * 8 and 0 < loads["share"] < 1
    worst = document["hazards"][0]
    assert len(document["hazards"]) == 3 and worst["cycles"] >= 64 * 8 - 8 and worst["cause"] in document["stalls"]


def test_the_listing(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["annotate", str(library()), DENSE, "--model", model, "--top", "1"]) == 0
    text = capsys.readouterr().out
    for words in ("load-use", "branch", "ldrsb", "bne #0x", "reached: loads 0.", "MACs 0.", "1 call, ", "\n1. "):
        assert words in text, words
    assert "\n2. " not in text and "pop" in text


def test_source_lines_are_beside_the_code(firmware: str, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["annotate", firmware, "main", "--board", "mps2-an386", "--max-cycles", "1000000"]
    assert main(argv) == 0
    text = capsys.readouterr().out
    assert "nesting.c:67" in text and "<print>" in text
    assert main([*argv, "--lines"]) == 0
    text = capsys.readouterr().out
    assert "nesting.c:67" in text and "│" in text and "issue %" in text


def test_firmware_to_its_end(firmware: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "annotate", firmware, "print", "--board", "mps2-an386")
    check_sums(document)
    assert document["calls"] > 1 and document["core"] == "cortex-m4"
    profiled = answer(capsys, "emulate", firmware, "--board", "mps2-an386", "--profile")
    function = next(row for row in profiled["profile"]["functions"] if row["name"] == "print")
    assert (document["cycles"], document["instructions"]) == (function["cycles"], function["instructions"])


def test_a_recording_for_another_core(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elf, file = str(library()), str(tmp_path / "run.rec")
    answer(capsys, "profile", model, "--kernels", elf, "--record", file)
    for core in ("cortex-m4", "cortex-m7"):
        board = ("--board", "stm32f407-discovery", "--wait-states", "5")
        document = answer(capsys, "annotate", elf, DENSE, "--trace", file, "--core", core, *board)
        check_sums(document)
        costed = answer(capsys, "recost", file, "--core", core, *board)["cores"][0]
        function = next(row for row in costed["functions"] if row["name"] == DENSE)
        assert document["cycles"] == function["cycles"] and "5 wait states" in document["memory"]


def test_straight_flow_where_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "f.elf"
    file.write_bytes(assemble("ldr r2, [r0]\nldr r3, =0x12345678\nadds r2, r3\nbx lr\n.ltorg", "cortex-m4"))
    document = answer(capsys, "annotate", str(file), "f", "--core", "m4")
    check_sums(document)
    assert [row["executions"] for row in document["rows"]] == [1, 1, 1, 1] and not document["executed"]
    assert [row["text"].split()[0] for row in document["rows"]] == ["ldr", "ldr", "adds", "bx"]
    cycles = [row["cycles"] for row in document["rows"]]
    assert cycles[:3] == [1, 2, 1] and cycles[3] > 1


def test_refusals(model: str, firmware: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elf, file = str(library()), str(tmp_path / "run.rec")
    answer(capsys, "profile", model, "--kernels", elf, "--record", file)
    assert f"did you mean {DENSE}" in refusal(capsys, "annotate", elf, "arm_fully_connected_s")
    assert "no function at 0x9zz" in refusal(capsys, "annotate", elf, "0x9zz")
    assert "no core m5" in refusal(capsys, "annotate", elf, DENSE, "--core", "m5")
    assert "did not run in run.rec" in refusal(capsys, "annotate", elf, "arm_softmax_s8", "--trace", file)
    assert "run of another ELF" in refusal(capsys, "annotate", firmware, "main", "--trace", file)
    assert "do not go together" in refusal(capsys, "annotate", elf, DENSE, "--trace", file, "--model", model)
    assert "leave --core away" in refusal(capsys, "annotate", firmware, "main", "--board", "mps2-an386", "--core", "m7")
    assert "does not exist on Cortex-M0" in refusal(capsys, "annotate", elf, DENSE, "--core", "m0")
    assert "--wait-states needs --board" in refusal(capsys, "annotate", elf, DENSE, "--wait-states", "1")
    assert "cannot be read" in refusal(capsys, "annotate", str(tmp_path / "absent.elf"), "f")


@pytest.mark.parametrize("core", ["m4", "m7"])
def test_profile_splits_layers(core: str, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    base = ("profile", model, "--kernels", str(library()), "--core", core, "--board", "nucleo-l4r5zi")
    document = answer(capsys, *base, "--stalls")
    (layer,) = document["stalls"]
    assert layer["name"] == "0 FULLY_CONNECTED" and layer["cycles"] == document["layers"][0]["cycles"]
    assert layer["cycles"] == layer["issue"] + sum(layer["stalls"].values()) and layer["stalls"]["cache miss"]
    assert "stalls" not in answer(capsys, *base)
    assert layer["hazards"][0]["by"]["place"]
    main([*base, "--stalls"])
    text = capsys.readouterr().out
    assert "misses %" in text and "\n1. " in text and "\n3. " in text


def test_emulate_splits_functions(firmware: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "emulate", firmware, "--board", "mps2-an386", "--profile", "--stalls")
    functions = {row["name"]: row["cycles"] for row in document["profile"]["functions"] if row["instructions"]}
    assert {row["name"]: row["cycles"] for row in document["stalls"] if row["instructions"]} == functions
    assert main(["emulate", firmware, "--board", "mps2-an386", "--stalls", "--lines", "--top", "3"]) == 0
    text = capsys.readouterr().err
    assert "where the cycles went" in text and "by source line" in text and " more" in text
    assert "\n1. " in text and ".c:" in text.partition("\n1. ")[2].partition("\n")[0]
    assert any("nesting.c:" in row["hazards"][0]["by"]["place"] for row in document["stalls"] if row["hazards"])
