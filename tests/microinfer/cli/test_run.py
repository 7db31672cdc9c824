"""`microinfer run` and `inspect` as a user types them."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from microinfer.cli import main
from tests.support.kernels import DIGITS
from tests.support.tflite_builder import Builder

MODEL = str(DIGITS / "digits.tflite")


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with x.npy and labels.npy of the held-out digits."""
    folder = tmp_path_factory.mktemp("arrays")
    with np.load(DIGITS / "digits_test.npz") as test:
        np.save(folder / "x.npy", test["images"])
        np.save(folder / "labels.npy", test["labels"])
    return folder


def fails(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(argv) == 2
    lines = capsys.readouterr().err.strip().split("\n")
    assert len(lines) == 1 and lines[0].startswith("error: ")
    return lines[0]


def test_accuracy_and_confusion(arrays: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["run", MODEL, "--input", str(arrays / "x.npy"), "--labels", str(arrays / "labels.npy")]
    assert main(argv) == 0
    out = capsys.readouterr().out
    assert "label against answer" in out and "400 samples, 398 right (99.50%)" in out


def test_two_processes_answer_the_same(arrays: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["run", MODEL, "--input", str(arrays / "x.npy"), "--limit", "130", "--json", "-"]
    assert main(argv) == 0
    alone = capsys.readouterr().out
    assert main([*argv, "--jobs", "2"]) == 0
    assert capsys.readouterr().out == alone
    assert json.loads(alone)["samples"] == 130


def test_a_folder_of_classes(arrays: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images, labels = np.load(arrays / "x.npy"), np.load(arrays / "labels.npy")
    for digit in range(10):
        (tmp_path / f"digit{digit}").mkdir()
        for number, image in enumerate(images[labels == digit][:2]):
            np.save(tmp_path / f"digit{digit}" / f"{number}.npy", image)
    assert main(["run", MODEL, "--input", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "20 samples" in out and "digit7" in out


def test_profiles_side_by_side(arrays: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["run", MODEL, "--input", str(arrays / "x.npy"), "--limit", "5"]
    assert main([*argv, "--against", "cmsis-nn"]) == 0
    assert "tflm against cmsis-nn: 0 of 15 layers differ" in capsys.readouterr().out
    assert main([*argv, "--against", "cmsis-nn-single-rounding", "--json", "-"]) == 0
    layers = json.loads(capsys.readouterr().out)["layers"]
    assert {row["largest"] for row in layers if row["differing"]} == {1.0}
    assert not any(row["differing"] for row in layers if row["op"] in ("SOFTMAX", "MAX_POOL_2D", "RESHAPE"))


def test_dump_writes_every_tensor_or_those_tapped(arrays: Path, tmp_path: Path) -> None:
    argv = ["run", MODEL, "--input", str(arrays / "x.npy"), "--limit", "2", "--dump"]
    assert main([*argv, str(tmp_path / "all")]) == 0
    with np.load(tmp_path / "all" / "sample00001.npz") as dumped:
        assert len(dumped.files) == 16 and dumped["squeeze"].shape == (1, 8, 8, 16)
    assert main([*argv, str(tmp_path / "one"), "--tap", "squeeze"]) == 0
    with np.load(tmp_path / "one" / "sample00000.npz") as dumped:
        assert dumped.files == ["squeeze"]


def test_sound_is_quantised_as_the_input_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    builder = Builder()
    x = builder.input("x", (1, 4), "int8", scale=1 / 128, zero_point=0)
    y = builder.output("y", (4,), "int8", scale=1 / 128, zero_point=0)
    builder.op("RESHAPE", [x], [y])
    (tmp_path / "m.tflite").write_bytes(builder.build())
    with wave.open(str(tmp_path / "s.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(np.array([0, 16384, -32768, 256], "<i2").tobytes())
    dump = tmp_path / "dump"
    argv = ["run", str(tmp_path / "m.tflite"), "--input", str(tmp_path / "s.wav"), "--range", "0", "1"]
    assert main([*argv, "--dump", str(dump)]) == 0
    with np.load(dump / "sample00000.npz") as dumped:
        assert dumped["y"].tolist() == [0, 64, -128, 1]


def test_bad_input_is_one_line(arrays: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x = str(arrays / "x.npy")
    (tmp_path / "empty").mkdir()
    assert "no samples" in fails(capsys, "run", MODEL, "--input", str(tmp_path / "empty"))
    assert "known formats" in fails(capsys, "run", MODEL, "--input", str(arrays / "x.txt"))
    assert "labels" in fails(capsys, "run", MODEL, "--input", x, "--labels", x)
    assert "squeeze" in fails(capsys, "run", MODEL, "--input", x, "--dump", str(tmp_path / "d"), "--tap", "nothing")
    assert "no numerics profile" in fails(capsys, "run", MODEL, "--input", x, "--against", "nobody")
    (tmp_path / "file").write_text("")
    assert "cannot write" in fails(capsys, "run", MODEL, "--input", x, "--dump", str(tmp_path / "file"))


def test_inspect_prints_and_dumps_the_same_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", MODEL]) == 0
    out = capsys.readouterr().out
    assert "146,748 MACs" in out and "3,072 bytes by TensorFlow Lite Micro's greedy planner" in out
    assert main(["inspect", MODEL, "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "microinfer.inspection" and document["schema_version"] == 1
    assert document["macs"] == 146_748 and len(document["arena"]["greedy"]["slots"]) == 16
