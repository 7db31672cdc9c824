"""Broken kernels: the profile names the layer, what differs, or what the kernel did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import microinfer
from emulator import EmulatorError
from microinfer.device.library import KernelLibrary
from microinfer.device.profile import profile
from microinfer.device.result import ProfileResult
from microinfer.errors import KernelError
from tests.support.kernels import DIGITS, mutant

STORE = "for (int32_t i = 0; i < block_size; i++)\n    {"


def profile_digits(elf: Path, max_cycles: int | None = None) -> ProfileResult:
    with np.load(DIGITS / "digits_test.npz") as test:
        stack = test["images"][:4]
    model = microinfer.load(DIGITS / "digits.tflite")
    return profile(model, KernelLibrary(elf, "cortex-m4", max_cycles), [stack])


@pytest.mark.parametrize(
    ("source", "old", "new", "op"),
    [
        ("src/arm_elementwise_add_s8.c", "input_2_offset)", "input_2_offset + 1)", "ADD"),
        ("src/arm_max_pool_s8.c", "INT8_MIN", "0", "MAX_POOL_2D"),
        ("src/arm_avgpool_s8.c", "/ 2", "/ 4", "AVERAGE_POOL_2D"),
        ("src/arm_softmax_s8.c", "1895147668", "1695147668", "SOFTMAX"),
        ("include/nn_support.h", "(int64_t)1 << 30", "(int64_t)1 << 29", "CONV_2D"),
    ],
)
def test_a_changed_constant_is_found_in_its_layer(source: str, old: str, new: str, op: str, tmp_path: Path) -> None:
    result = profile_digits(mutant(tmp_path, source, old, new))
    assert op in {layer.op for layer in result.layers if layer.difference}
    first = next(layer for layer in result.layers if layer.difference)
    assert first.difference is not None and first.difference.expected != first.difference.actual


def test_a_difference_in_one_layer_does_not_spread(tmp_path: Path) -> None:
    result = profile_digits(mutant(tmp_path, "src/arm_max_pool_s8.c", "INT8_MIN", "0"))
    assert {layer.op for layer in result.layers if layer.difference} == {"MAX_POOL_2D"}


def test_a_byte_written_beside_the_output_is_reported(tmp_path: Path) -> None:
    elf = mutant(tmp_path, "src/arm_elementwise_add_s8.c", STORE, f"output[block_size] ^= 1;\n{STORE}")
    result = profile_digits(elf)
    stray = [layer for layer in result.layers if layer.stray]
    assert [layer.op for layer in stray] == ["ADD"]
    assert "wrote 1 bytes outside its output and scratch, the first at output +1024" in str(stray[0].stray)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("*(volatile int32_t *)0xF0000000u = 1;", r"layer 4 \(ADD\): .*arm_elementwise_add_s8.*0xf0000000"),
        ("for (;;) { }", r"layer 4 \(ADD\): .*arm_elementwise_add_s8"),
        ("return ARM_CMSIS_NN_ARG_ERROR;", r"layer 4 \(ADD\): .*ARM_CMSIS_NN_ARG_ERROR \(-1\)"),
    ],
)
def test_a_kernel_that_goes_wrong_is_named(statement: str, message: str, tmp_path: Path) -> None:
    elf = mutant(tmp_path, "src/arm_elementwise_add_s8.c", STORE, f"if (block_size) {{ {statement} }}\n{STORE}")
    with pytest.raises(KernelError, match=message) as caught:
        profile_digits(elf)
    assert "\n" not in str(caught.value)


def test_a_missing_kernel_is_named_with_its_layers(tmp_path: Path) -> None:
    elf = mutant(tmp_path, "src/arm_softmax_s8.c", "void arm_softmax_s8", "void arm_softmax_other")
    with pytest.raises(KernelError, match=r"lacks arm_softmax_s8 \(for layer 14 \(SOFTMAX\)\); it has arm_avgpool_s8"):
        profile_digits(elf)


def test_a_file_that_is_no_elf_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.elf"
    file.write_text("no kernels here\n")
    with pytest.raises(EmulatorError, match="ELF"):
        KernelLibrary(file, "cortex-m4")
