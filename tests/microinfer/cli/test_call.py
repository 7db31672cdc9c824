"""`microinfer call`: assembly in, cycles out, as a kernel author types it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from microinfer.cli import main
from tests.support.assembler import assemble
from tests.support.cli import answer, refusal

SOURCE = """
    bx lr
.type sum_bytes, %function
sum_bytes:
    movs r2, #0
1:  ldrb r3, [r0], #1
    adds r2, r2, r3
    subs r1, r1, #1
    bne 1b
    mov r0, r2
    bx lr

.type sum_words, %function
sum_words:
    movs r2, #0
    mov r12, #0
1:  ldr r3, [r0], #4
    usada8 r2, r3, r12, r2
    subs r1, r1, #4
    bne 1b
    mov r0, r2
    bx lr

.type load_at, %function
load_at:
    ldr r0, [r0, r1]
    bx lr

.type spoil, %function
spoil:
    mov r7, r0
    bx lr
"""


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("call") / "sums.elf"
    path.write_bytes(assemble(SOURCE))
    return str(path)


def test_a_loop_on_three_cores(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "call", elf, "sum_bytes", "ones:10", "10", "--core", "m3,m4,m7")
    assert (document["schema"], document["schema_version"]) == ("microinfer.call", 1)
    m3, m4, m7 = document["calls"]
    assert [row["core"] for row in (m3, m4, m7)] == ["cortex-m3", "cortex-m4", "cortex-m7"]
    assert m3["value"] == m4["value"] == m7["value"] == 2550
    assert m4["instructions"] == 1 + 4 * 10 + 2 and m4["stack"] == 0
    assert m7["cycles"] < m4["cycles"] and m4["interval"]["cycles_low"] < m4["cycles"]
    assert m4["cycles"] == m4["issue"] + sum(m4["stalls"].values())
    assert all(load["done"] == 10 for load in m4["ideal"] if load["name"] == "loads")


def test_two_versions_side_by_side(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, "call", elf, "sum_bytes,sum_words", "count:64", "64")
    slow, fast = document["calls"]
    assert slow["value"] == sum(range(64)) and fast["cycles"] < slow["cycles"] / 3
    assert main(["call", elf, "sum_bytes,sum_words", "count:64", "64", "--stalls"]) == 0
    printed = capsys.readouterr().out
    assert f"{fast['cycles'] / slow['cycles']:.3f}" in printed and "vs first" in printed and "issue %" in printed


def test_wait_states_of_a_board(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    def waiting(*options: str) -> int:
        found = answer(capsys, "call", elf, "sum_bytes", "ones:10", "10", "--board", "nucleo-l4r5zi", *options)
        (call,) = found["calls"]
        return int(call["waiting"])

    assert waiting("--wait-states", "0") == 0
    assert waiting() == 0, "a warm loop is in the instruction cache"
    assert waiting("--caches", "off") > waiting("--warm", "0") > 0


@pytest.mark.parametrize(("offset", "more"), [("0", 0), ("4", 0), ("2", 1), ("1", 2), ("3", 2)])
def test_an_unaligned_load_takes_longer(elf: str, offset: str, more: int, capsys: pytest.CaptureFixture[str]) -> None:
    def cycles(at: str) -> int:
        (call,) = answer(capsys, "call", elf, "load_at", "count:16", at)["calls"]
        return int(call["cycles"])

    assert cycles(offset) - cycles("0") == more


def test_arrays_and_addresses(elf: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "x.npy", np.array([200, 100], np.uint8))
    (call,) = answer(capsys, "call", elf, "sum_bytes", str(tmp_path / "x.npy"), "0x2")["calls"]
    assert call["value"] == 300


def test_a_function_that_spoils_a_register_is_told(elf: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["call", elf, "spoil", "7"]) == 0
    assert "spoil on cortex-m4 changed r7, which a function has to keep (AAPCS)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["sum_byte"], "sum_bytes"),
        (["sum_bytes", "noise:3"], "zeros:BYTES, ones:BYTES, count:BYTES, random:BYTES, or a file X.npy"),
        (["sum_bytes", "absent.npy"], "cannot read absent.npy as .npy"),
        (["sum_bytes", "--wait-states", "2"], "--wait-states needs --board NAME"),
        (["sum_words", "zeros:8", "8", "--core", "m0"], "mov r12, #0 does not exist on Cortex-M0"),
    ],
)
def test_what_cannot_be_called_is_refused(
    elf: str, argv: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refusal(capsys, "call", elf, *argv)
