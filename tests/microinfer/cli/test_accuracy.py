"""`microinfer accuracy`, and intervals, energy and room in `profile`, `recost` and `emulate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.accuracy import recorded as ours
from microinfer.cli import main
from tests.support.dense_model import dense_model
from tests.support.firmware import build_text
from tests.support.kernels import library


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return dense_model(tmp_path_factory.mktemp("model"), inputs=32, outputs=4)


def document(capsys: pytest.CaptureFixture[str], *argv: str, status: int = 0) -> dict[str, Any]:
    assert main([*argv, "--json", "-"]) == status
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def refusal(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and captured.out == ""
    return captured.err


def test_recorded_errors_by_core(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accuracy"]) == 0
    out = capsys.readouterr().out
    assert "cortex-m0plus" in out and "stm32f4_flash" in out
    rows = document(capsys, "accuracy", "--only", "cortex-m4")["rows"]
    assert rows and {row["core"] for row in rows} == {"cortex-m4"}
    one = next(row for row in rows if row["recorded"] is not None)
    assert one["error"] == pytest.approx((one["recorded"] + one["overhead"]) / one["published"] - 1)


def test_a_folder_without_anything_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = ours.recorded_file().read_text()
    assert main(["accuracy", "--elf", str(tmp_path), "--only", "cortex-m33"]) == 0
    out = capsys.readouterr().out
    assert "not measured: jnk0le_aes_m33" in out and "0 of " in out
    assert ours.recorded_file().read_text() == before


def test_record_keeps_what_was_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "recorded.csv"
    monkeypatch.setattr(ours, "recorded_file", lambda: file)
    assert main(["accuracy", "--elf", str(tmp_path), "--record", "--only", "cortex-m33"]) == 0
    assert ours.read_rows(file.read_text()) == sorted(ours.recorded().values(), key=lambda row: row.key)
    assert "0 of " in capsys.readouterr().out


def test_the_page(tmp_path: Path) -> None:
    assert main(["accuracy", "--page", str(tmp_path / "a.md")]) == 0
    assert (tmp_path / "a.md").read_text().startswith("# How far cycle counts are from silicon")


def test_mistakes_are_one_line(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no such row" in refusal(capsys, "accuracy", "--only", "6502")
    assert "no folder" in refusal(capsys, "accuracy", "--elf", str(tmp_path / "absent"))
    assert "needs --elf" in refusal(capsys, "accuracy", "--record")
    assert "needs --board" in refusal(capsys, "profile", model, "--every", "1s")
    assert "needs --every" in refusal(capsys, "profile", model, "--sleep", "1uW")


def test_profile_has_an_interval_energy_and_room(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ("profile", model, "--kernels", str(library()), "--board", "nucleo-l4r5zi", "--every", "100ms")
    found = document(capsys, *argv, "--sleep", "5uW")
    interval, fit = found["interval"], found["fit"]
    assert interval["low"] < 0 < interval["high"]
    assert interval["cycles_low"] < found["cycles"] < interval["cycles_high"]
    first = found["energy"][0]
    assert first["low_uj"] == pytest.approx(interval["cycles_low"] * 323e-6, rel=1e-3)
    busy, idle = first["low_uj"] / 100, 5e-3 * (1 - found["milliseconds"] / 100)
    assert first["mean_power"]["low_mw"] == pytest.approx(busy + idle, rel=1e-3)
    assert fit["fits"] and fit["ram"]["used"] == found["memory"]["arena"] + found["memory"]["data"] + found["stack"]
    assert main(list(argv)) == 0
    out = capsys.readouterr().out
    assert f"{found['cycles']:,} cycles ({100 * interval['low']:+.1f} % .. " in out
    assert "mW every 100 ms" in out and "sleep: 5 .. 9.3 uW in Stop 2" in out and "fits nucleo-l4r5zi: flash " in out


def test_energy_that_nobody_measured_is_not_known(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ("profile", model, "--kernels", str(library()), "--board", "mps2-an386", "--every", "100ms")
    assert main(argv) == 0
    out = capsys.readouterr().out
    assert "energy: not known for mps2-an386, and so is no mean power; boards with energy rows: nrf52840-dk, " in out
    assert document(capsys, *argv)["energy"] == []


def test_what_does_not_fit_fails(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny.toml").write_text(
        'title = "T"\ncore = "cortex-m4"\nclock_hz = 1_000_000\ninterrupts = 1\npriority_bits = 4\nsource = "S"\n'
        'memory = [{ name = "rom", start = 0, size = 64, permissions = "rx", source = "S" },'
        ' { name = "ram", start = 0x20000000, size = 65536, source = "S" }]\n'
    )
    argv = ("profile", model, "--kernels", str(library()), "--board", "tiny", "--boards", str(tmp_path))
    found = document(capsys, *argv, status=1)
    assert found["exact"] and not found["fit"]["fits"] and found["fit"]["flash"]["free"] < 0
    assert main(list(argv)) == 1
    assert "does NOT fit tiny: rom " in capsys.readouterr().out


def test_recost_has_an_interval_for_each_core(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = str(tmp_path / "run")
    assert main(["profile", model, "--kernels", str(library("cortex-m3")), "--core", "m3", "--record", kept]) == 0
    capsys.readouterr()
    rows = document(capsys, "recost", kept, "--core", "m3,m4,m7")["cores"]
    assert [row["core"] for row in rows] == ["cortex-m3", "cortex-m4", "cortex-m7"]
    for row in rows:
        assert row["interval"]["cycles_low"] < row["cycles"] < row["interval"]["cycles_high"]
    assert main(["recost", kept]) == 0
    assert " % .. +" in capsys.readouterr().out


def test_emulate_has_an_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elf = tmp_path / "firmware.elf"
    elf.write_bytes(build_text('#include "firmware.h"\nint main(void) { return 0; }'))
    found = document(capsys, "emulate", str(elf), "--board", "mps2-an386")
    assert found["interval"]["low"] < 0 < found["interval"]["high"] and found["energy"] == []
    assert main(["emulate", str(elf), "--board", "mps2-an386"]) == 0
    assert " % .. +" in capsys.readouterr().err
