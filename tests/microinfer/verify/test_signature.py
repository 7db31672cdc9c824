"""C prototypes become layouts, and the CMSIS-NN interface has the layouts the bindings use."""

from __future__ import annotations

import pytest

from microinfer.device import abi
from microinfer.errors import UnknownName, VerifyError
from microinfer.verify.signature import cmsis_functions, cmsis_signature, parse_signature, parse_structs

STRUCTS = parse_structs({"pair": "int8_t a; int32_t *b", "outer": "bool flag; pair inner"})


def test_arguments_and_members_get_paths() -> None:
    signature = parse_signature("f", "int32_t f(const int8_t *x, uint16_t n, const outer *p)", STRUCTS)
    assert [(a.name, a.kind) for a in signature.arguments] == [("x", "buffer"), ("n", "value"), ("p", "struct")]
    assert signature.leaves == ("p.flag", "p.inner.a", "p.inner.b")
    assert signature.pointers == ("x", "p.inner.b")


def test_a_call_is_laid_out_as_c_does() -> None:
    signature = parse_signature("f", "void (int8_t v, const pair *p, const pair *q)", STRUCTS)
    values = {"v": -1, "p.a": -2, "p.b": 0x1000, "q.a": 3}
    assert signature.pack(values).hex() == "fe000000001000000300000000000000"
    assert signature.words(values, 0x2000, frozenset({"q"})) == [-1, 0x2000, 0]
    assert signature.result(5) is None


@pytest.mark.parametrize(("word", "value"), [(0xFFFFFFFF, -1), (0x123456FE, -2), (0, 0)])
def test_a_status_is_one_byte(word: int, value: int) -> None:
    assert cmsis_signature("arm_convolve_s8").result(word) == value


@pytest.mark.parametrize("text", ["int32_t f", "float (int32_t x)", "void (long x)", "void (int8_t **x)"])
def test_what_cannot_be_called_is_refused(text: str) -> None:
    with pytest.raises(VerifyError):
        parse_signature("f", text, STRUCTS)


def test_every_function_of_the_interface_can_be_read() -> None:
    assert len(cmsis_functions()) == 109
    assert all(cmsis_signature(name).function == name for name in cmsis_functions())
    with pytest.raises(UnknownName):
        cmsis_signature("arm_convolve_s9")


@pytest.mark.parametrize(
    "name", ["cmsis_nn_conv_params", "cmsis_nn_dw_conv_params", "cmsis_nn_fc_params", "cmsis_nn_dims"]
)
def test_structs_are_as_large_as_the_bindings(name: str) -> None:
    structs = cmsis_signature("arm_convolve_s8").structs
    assert parse_signature("f", f"void (const {name} *p)", structs).block.size == getattr(abi, name).sizeof()
