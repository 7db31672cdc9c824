"""`microinfer verify` and `replay` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from microinfer.cli import main
from tests.microinfer.verify.broken import COPY, reshape_with
from tests.support.kernels import library

ONE = ["--function", "arm_reshape_s8", "--cases", "40"]


def test_a_sound_library_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(library()), *ONE]) == 0
    out = capsys.readouterr().out
    assert "arm_reshape_s8" in out and "no defect: 1 functions, 40 cases" in out


def test_a_defect_exits_1_is_told_saved_and_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elf = reshape_with(tmp_path, f"{COPY} output[total_size - 1] ^= 2;")
    report, folder = tmp_path / "report.json", tmp_path / "cases"
    assert main(["verify", str(elf), *ONE, "--json", str(report), "--save", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "1. arm_reshape_s8: wrong output: 1 of 1 values of output differ by up to 2" in out
    document = json.loads(report.read_text())
    assert (document["schema"], document["cases"], len(document["defects"])) == ("microinfer.verify", 40, 1)
    assert document["defects"][0]["smallest"] == {"size": 1}
    names = ["arm_reshape_s8_1.c", "arm_reshape_s8_1.npz", "test_arm_reshape_s8_1.py"]
    assert sorted(path.name for path in folder.iterdir()) == names
    case = str(folder / "arm_reshape_s8_1.npz")
    assert main(["replay", case]) == 1
    assert "wrong output: 1 of 1 values" in capsys.readouterr().out
    assert main(["replay", case, "--elf", str(library())]) == 0
    assert "ok; then: wrong output" in capsys.readouterr().out


def test_json_on_standard_output_is_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(library()), *ONE, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["defects"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "absent.elf"], "absent.elf"),
        (["verify", str(library()), "--function", "arm_nothing"], "no specification of arm_nothing"),
        (["verify", str(library()), "--spec", "absent.py"], "absent.py"),
        (["replay", "absent.npz"], "absent.npz"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("error: ") and message in error and "\n" not in error
