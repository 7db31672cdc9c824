"""The headers declare CMSIS-NN's names, argument order and struct fields, and each function has a file of its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kernels.c_header import KERNELS, Interface, read_interface

ABI = KERNELS.parents[1] / "shared" / "facts" / "abi.json"


@pytest.fixture(scope="module")
def interface() -> Interface:
    return read_interface()


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    if not ABI.is_file():
        pytest.skip("no recorded interface: ../shared/facts/abi.json is absent")
    return dict(json.loads(ABI.read_text()))


def test_prototypes_are_those_of_cmsis_nn(interface: Interface, recorded: dict[str, Any]) -> None:
    assert len(interface.functions) >= 20
    for name, prototype in interface.functions.items():
        theirs = recorded["functions"][name]
        assert prototype.returns == theirs["returns"], name
        assert [[parameter.name, parameter.ctype] for parameter in prototype.parameters] == theirs["args"], name


def test_structs_have_the_fields_of_cmsis_nn(interface: Interface, recorded: dict[str, Any]) -> None:
    assert len(interface.structs) >= 10
    for name, fields in interface.structs.items():
        theirs = [[field, ctype] for field, ctype, _, _ in recorded["structs"][name]["fields"]]
        assert [[field.name, field.ctype] for field in fields] == theirs, name


def test_every_function_lives_in_a_file_of_its_name(interface: Interface) -> None:
    assert {source.stem for source in (KERNELS / "src").glob("*.c")} == set(interface.functions)
