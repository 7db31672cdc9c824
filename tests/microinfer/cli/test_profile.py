"""`microinfer profile` and `build` as a user types them: results, exit status, one clear line for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from microinfer.cli import main
from tests.support.kernels import DIGITS, compiler_or_skip, library, mutant
from tests.support.tflite_builder import Builder

MODEL = str(DIGITS / "digits.tflite")


def fails(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The one line on standard error with which the command refuses."""
    assert main(argv) == 2
    captured = capsys.readouterr()
    lines = captured.err.strip().split("\n")
    assert len(lines) == 1 and lines[0].startswith("error: ") and captured.out == ""
    return lines[0]


def test_the_table_lists_every_layer_and_the_totals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", MODEL, "--kernels", str(library()), "--clock", "80"]) == 0
    out = capsys.readouterr().out
    for word in ("CONV_2D", "DEPTHWISE_CONV_2D", "SOFTMAX", "on host", "at 80 MHz", "arena", "weights", "code"):
        assert word in out
    assert out.strip().endswith("0 differ") and "bit-exact: 1 input" in out


def test_json_to_a_file_and_to_standard_output_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = tmp_path / "x.npy"
    np.save(inputs, np.load(DIGITS / "digits_test.npz")["images"][:2])
    argv = ["profile", MODEL, "--kernels", str(library()), "--input", str(inputs), "--json"]
    assert main([*argv, str(tmp_path / "p.json")]) == 0
    capsys.readouterr()
    assert main([*argv, "-"]) == 0
    assert capsys.readouterr().out == (tmp_path / "p.json").read_text()
    document = json.loads((tmp_path / "p.json").read_text())
    assert document["schema"] == "microinfer.profile" and document["schema_version"] == 1
    assert document["inputs"] == 2 and len(document["layers"]) == 15 and document["exact"]


def test_a_difference_exits_1_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elf = mutant(tmp_path, "src/arm_avgpool_s8.c", "/ 2", "/ 4")
    assert main(["profile", MODEL, "--kernels", str(elf)]) == 1
    out = capsys.readouterr().out
    assert "layer 9 (AVERAGE_POOL_2D, arm_avgpool_s8):" in out and "first at [0, " in out
    assert "expected" in out and "NOT bit-exact" in out


def test_missing_files_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "missing")
    assert "cannot read model" in fails(capsys, "profile", missing)
    assert missing in fails(capsys, "profile", MODEL, "--kernels", missing)
    assert missing in fails(capsys, "profile", MODEL, "--kernels", str(library()), "--input", missing)


def test_a_truncated_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cut.tflite"
    file.write_bytes(Path(MODEL).read_bytes()[:5000])
    assert "cut.tflite" in fails(capsys, "profile", str(file))


def test_a_model_of_unknown_operators_lists_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.tflite"
    builder = Builder()
    x, y = builder.input("x", (1, 4), "float64"), builder.output("y", (1, 4), "float64")
    middle = builder.tensor("middle", (1, 4), "float64")
    builder.op("LRN", [x], [middle])
    builder.op("MATRIX_DIAG", [middle], [y], version=2)
    file.write_bytes(builder.build())
    message = fails(capsys, "profile", str(file))
    assert "LRN v1 float64->float64 (layer 0)" in message
    assert "MATRIX_DIAG v2 float64->float64 (layer 1)" in message


def test_a_float_model_has_nothing_to_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "float.tflite"
    builder = Builder()
    x, y = builder.input("x", (1, 4), "float32"), builder.output("y", (2, 2), "float32")
    builder.op("RESHAPE", [x], [y])
    file.write_bytes(builder.build())
    message = fails(capsys, "profile", str(file), "--kernels", str(library()))
    assert "no layer" in message and "RESHAPE float32->float32" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"just text\n", "ELF"), (b"", "ELF"), (b"\x7fELF\x02\x01\x01" + bytes(57), "ELF")],
)
def test_kernels_that_are_no_arm_elf(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lib.elf"
    file.write_bytes(content)
    assert words in fails(capsys, "profile", MODEL, "--kernels", str(file))


def test_the_python_that_runs_this_is_no_microcontroller_program(capsys: pytest.CaptureFixture[str]) -> None:
    message = fails(capsys, "profile", MODEL, "--kernels", str(Path(sys.executable).resolve()))
    assert "32-bit Arm" in message or "not an ELF" in message


def test_inputs_of_wrong_shape_or_dtype(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elf, file = str(library()), tmp_path / "x.npy"
    np.save(file, np.zeros((1, 9, 8, 1), np.int8))
    assert "1x8x8x1" in fails(capsys, "profile", MODEL, "--kernels", elf, "--input", str(file))
    np.save(file, np.zeros((1, 8, 8, 1), np.float32))
    assert "is int8, got float32" in fails(capsys, "profile", MODEL, "--kernels", elf, "--input", str(file))
    file.write_text("not an array")
    assert "not a .npy file" in fails(capsys, "profile", MODEL, "--kernels", elf, "--input", str(file))


def test_an_output_path_that_cannot_be_written_fails_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "nowhere" / "p.json"
    assert "no folder" in fails(capsys, "profile", MODEL, "--json", str(target))
    assert "it is a folder" in fails(capsys, "profile", MODEL, "--json", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_names_that_do_not_exist_list_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert "cortex-m4" in fails(capsys, "profile", MODEL, "--core", "cortex-m5")
    elf = str(library())
    assert "cmsis-nn-single-rounding" in fails(capsys, "profile", MODEL, "--kernels", elf, "--profile", "tf")


def test_a_cycle_limit_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    message = fails(capsys, "profile", MODEL, "--kernels", str(library()), "--max-cycles", "1000")
    assert "layer 0 (CONV_2D)" in message and "cycles" in message


def test_build_prints_the_elf_and_keeps_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compiler_or_skip()
    target = tmp_path / "lib.elf"
    assert main(["build", "--core", "cortex-m4", "-Os", "-o", str(target)]) == 0
    assert capsys.readouterr().out.strip() == str(target)
    assert target.read_bytes().startswith(b"\x7fELF")


def test_the_command_is_installed() -> None:
    done = subprocess.run([sys.executable, "-m", "microinfer", "--help"], capture_output=True, text=True, check=True)
    assert "profile" in done.stdout and "build" in done.stdout
