"""Second operands by their encoding."""

from __future__ import annotations

import pytest

from emulator.instructions.operand2 import Operand2
from tests.emulator.instructions.test_decode import decode


@pytest.mark.parametrize(
    ("text", "kind", "shifted"),
    [
        ("add.w r3, r4, r5, ror #24", "shifted register", "r5"),
        ("cmp.w r4, r5, lsl #31", "shifted register", "r5"),
        ("mvn.w r4, r10, asr #32", "shifted register", "r10"),
        ("add.w r3, r4, r5", "register", None),
        ("mov.w r3, r4", "register", None),
        ("lsl.w r3, r4, #3", "register", None),
        ("add.w r0, r1, #1", "constant", None),
        ("add.w r0, r1, #255", "constant", None),
        ("addw r0, r1, #0xff9", "constant", None),
        ("movw r0, #0x1234", "constant", None),
        ("eor.w r6, r7, #0x1b1b1b1b", "constant pattern", None),
        ("eor.w r6, r7, #0x1b001b00", "constant pattern", None),
        ("eor.w r6, r7, #0x001b001b", "constant pattern", None),
        ("eor r0, r1, #0x1fc0", "shifted constant", None),
        ("mov.w r0, #0x80000000", "shifted constant", None),
        ("tst.w r0, #256", "shifted constant", None),
        ("adds r0, #1", "", None),
        ("pkhbt r0, r1, r2, lsl #3", "", None),
        ("smlad r0, r1, r2, r3", "", None),
        ("ldr.w r0, [r1, r2, lsl #2]", "", None),
        ("b.w f", "", None),
    ],
)
def test_kinds(text: str, kind: str, shifted: str | None) -> None:
    found = decode(text)[0].operand2
    assert isinstance(found, Operand2)
    assert (found.kind, found.shifted) == (kind, shifted)
