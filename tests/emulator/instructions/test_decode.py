"""Instructions as records; the corrections of Capstone 5's quirks among them."""

from __future__ import annotations

import pytest

from emulator.errors import DecodeError
from emulator.instructions.decode import Decoder, Instruction
from emulator.program.elf import read_elf
from tests.support.assembler import assemble


def decode(body: str, core: str = "cortex-m4") -> tuple[Instruction, ...]:
    """All instructions of `body`."""
    image = read_elf(assemble(body, core))
    size = next(s.size for s in image.symbols if s.name == "f")
    segment = next(s for s in image.segments if s.address <= 0x8000 < s.address + s.size)
    start = 0x8000 - segment.address
    return Decoder().block(segment.data[start : start + size], 0x8000)


@pytest.mark.parametrize(
    ("text", "name", "reads", "writes"),
    [
        ("adds r0, r1, r2", "add", "r1 r2", "r0"),
        ("add.w r0, r1, r2, lsl #3", "add", "r1 r2", "r0"),
        ("cmp r3, #1", "cmp", "r3", ""),
        ("smlal r0, r1, r2, r3", "smlal", "r0 r1 r2 r3", "r0 r1"),
        ("umaal r0, r1, r2, r3", "umaal", "r0 r1 r2 r3", "r0 r1"),
        ("ssat r0, #8, r1", "ssat", "r1", "r0"),
        ("usat r0, #8, r1, asr #2", "usat", "r1", "r0"),
        ("pkhbt r0, r1, r2", "pkhbt", "r1 r2", "r0"),
        ("uxtab r0, r1, r2, ror #8", "uxtab", "r1 r2", "r0"),
        ("sxtah r0, r1, r2", "sxtah", "r1 r2", "r0"),
        ("vmov.f32 s0, #1.0", "vmov", "", "s0"),
        ("movt r0, #1", "movt", "r0", "r0"),
        ("stmdb r0!, {r1, r2}", "stmdb", "r0 r1 r2", "r0"),
        ("stmdb r0, {r1, r2}", "stmdb", "r0 r1 r2", ""),
        ("push {r4, lr}", "push", "sp r4 lr", "sp"),
        ("pop {r4, pc}", "pop", "sp", "sp r4 pc"),
        ("vpush {d8, d9}", "vpush", "sp d8 d9", "sp"),
        ("vpop {d8, d9}", "vpop", "sp", "sp d8 d9"),
        ("vldmia r0!, {s0, s1}", "vldmia", "r0", "r0 s0 s1"),
        ("vmrs apsr_nzcv, fpscr", "vmrs", "", ""),
        ("add r9, r10, r11", "add", "r10 r11", "r9"),
        ("ldr r9, [r12, r10]", "ldr", "r12 r10", "r9"),
        ("nop", "nop", "", ""),
        ("nop.w", "nop", "", ""),
        ("wfi", "wfi", "", ""),
    ],
)
def test_names_and_registers(text: str, name: str, reads: str, writes: str) -> None:
    (instruction,) = decode(text)
    assert instruction.name == name
    assert instruction.reads == set(reads.split())
    assert instruction.writes == set(writes.split())


@pytest.mark.parametrize(
    ("text", "load", "registers", "transfers", "offset", "loaded"),
    [
        ("ldr r0, [r1, #8]", True, ("r1",), 1, 8, "r0"),
        ("ldr r0, [r1, r2, lsl #2]", True, ("r1", "r2"), 1, 0, "r0"),
        ("ldr r0, [r1], #4", True, ("r1",), 1, 0, "r0"),
        ("ldrd r0, r1, [r2, #-8]", True, ("r2",), 2, -8, "r0 r1"),
        ("ldmia r0!, {r1-r3}", True, ("r0",), 3, 0, "r1 r2 r3"),
        ("str r0, [sp, #4]", False, ("sp",), 1, 4, ""),
        ("push {r0-r3}", False, ("sp",), 4, 0, ""),
        ("vldr d0, [r0]", True, ("r0",), 2, 0, "d0"),
        ("vpush {s16-s19}", False, ("sp",), 4, 0, ""),
    ],
)
def test_memory_access(
    text: str, load: bool, registers: tuple[str, ...], transfers: int, offset: int, loaded: str
) -> None:
    (instruction,) = decode(text)
    assert (instruction.is_load, instruction.is_store) == (load, not load)
    assert (instruction.address_registers, instruction.transfers) == (registers, transfers)
    assert instruction.offset == offset
    if load:
        assert instruction.loaded == set(loaded.split())
    assert instruction.register_offset == (len(registers) == 2)


@pytest.mark.parametrize(
    ("text", "conditional", "target", "call"),
    [
        ("b f", False, 0x8000, False),
        ("beq f", True, 0x8000, False),
        ("bl f", False, 0x8000, True),
        ("cbz r0, 1f\nnop\n1:", True, 0x8004, False),
        ("bx lr", False, None, False),
        ("blx r3", False, None, True),
        ("mov pc, r1", False, None, False),
        ("ldr pc, [r0]", False, None, False),
        ("tbb [pc, r0]", False, None, False),
    ],
)
def test_branches(text: str, conditional: bool, target: int | None, call: bool) -> None:
    instruction = decode(text)[0]
    assert instruction.writes_pc
    assert (instruction.conditional, instruction.target, instruction.is_call) == (conditional, target, call)


def test_register_operands_in_their_order() -> None:
    block = decode("smlal r9, r10, r11, r12\nstr r3, [r4, r5]\nstmdb r4!, {r1, r2}")
    assert [i.registers for i in block] == [("r9", "r10", "r11", "r12"), ("r3",), ("r4", "r1", "r2")]
    assert block[0].operands == "r9, r10, r11, r12"


@pytest.mark.parametrize(
    ("text", "sets_flags"), [("uadd8 r0, r1, r2", False), ("ssub16 r0, r1, r2", False), ("cmp r0, r1", True)]
)
def test_parallel_arithmetic_leaves_the_flags(text: str, sets_flags: bool) -> None:
    assert decode(text)[0].sets_flags == sets_flags


def test_it_makes_what_follows_conditional() -> None:
    block = decode("ite eq\naddeq r0, r1, r2\nmovne r0, #1\nadds r0, r1, r2")
    assert [i.name for i in block] == ["it", "add", "mov", "add"]
    assert [i.conditional for i in block] == [False, True, True, False]
    assert [i.sets_flags for i in block] == [False, False, False, True]


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("adds r0, r1", "v6m"),
        ("bl f", "v6m"),
        ("dmb", "v6m"),
        ("mrs r0, primask", "v6m"),
        ("cbz r0, 1f\nnop\n1:", "v7m"),
        ("it eq\nmoveq r0, r1", "v7m"),
        ("movw r0, #1", "v7m"),
        ("smlal r0, r1, r2, r3", "v7m"),
        ("smlsd r0, r1, r2, r3", "dsp"),
        ("smlald r0, r1, r2, r3", "dsp"),
        ("smlabb r0, r1, r2, r3", "dsp"),
        ("uqadd8 r0, r1, r2", "dsp"),
        ("shsax r0, r1, r2", "dsp"),
        ("qdadd r0, r1, r2", "dsp"),
        ("sxtab r0, r1, r2", "dsp"),
        ("sxtb.w r0, r1", "v7m"),
        ("ssat r0, #8, r1", "v7m"),
        ("ssat16 r0, #8, r1", "dsp"),
        ("vmla.f32 s0, s1, s2", "fp"),
        ("vmrs apsr_nzcv, fpscr", "fp"),
        ("vldr d0, [r0]", "fp"),
        ("vmov d0, r0, r1", "fp"),
        ("vpush {d8}", "fp"),
    ],
)
def test_extensions(text: str, extension: str) -> None:
    assert decode(text)[0].extension == extension


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("vadd.f64 d0, d1, d2", "fp64"),
        ("vcvt.f64.f32 d0, s0", "fp64"),
        ("vmov.f64 d0, d1", "fp64"),
        ("vselgt.f64 d0, d1, d2", "fp64"),
        ("vmaxnm.f32 s0, s1, s2", "fp5"),
        ("vselge.f32 s0, s1, s2", "fp5"),
        ("vrintz.f32 s0, s1", "fp5"),
        ("vcvtm.s32.f32 s0, s1", "fp5"),
        ("vcvtb.f32.f16 s0, s1", "fp"),
        ("vmov.32 d0[0], r0", "fp"),
    ],
)
def test_extensions_of_fpv5(text: str, extension: str) -> None:
    assert decode(text, "cortex-m7")[0].extension == extension


@pytest.mark.parametrize(
    ("text", "name", "reads", "writes"),
    [
        ("lda r0, [r1]", "lda", "r1", "r0"),
        ("stlh r0, [r1]", "stlh", "r0 r1", ""),
        ("ldaexb r0, [r1]", "ldaexb", "r1", "r0"),
        ("stlex r2, r0, [r1]", "stlex", "r0 r1", "r2"),
        ("tta r8, r12", "tta", "r12", "r8"),
        ("sg", "sg", "", ""),
        ("bxns lr", "bxns", "lr", "pc"),
        ("blxns r3", "blxns", "r3", "pc lr"),
        ("vlldm r7", "vlldm", "r7", ""),
        ("vlstm r7", "vlstm", "r7", ""),
        ("msr msplim, r3", "msr", "r3", ""),
        ("mrs r3, psplim", "mrs", "", "r3"),
    ],
)
def test_armv8m(text: str, name: str, reads: str, writes: str) -> None:
    (instruction,) = decode(text, "cortex-m33")
    assert (instruction.name, instruction.extension) == (name, "v8m")
    assert instruction.reads == set(reads.split())
    assert instruction.writes == set(writes.split())
    memory = name[:3] in ("lda", "stl") or name in ("vlldm", "vlstm")
    assert (instruction.is_load or instruction.is_store) == memory == bool(instruction.address_registers)
    assert instruction.writes_pc == ("pc" in writes)
    assert instruction.is_call == (name == "blxns")


def test_bytes_that_are_no_instruction() -> None:
    with pytest.raises(DecodeError, match="no Thumb instruction at 0x00008002: ff ff ff ff"):
        Decoder().block(bytes.fromhex("00bf ffffffff"), 0x8000)
    with pytest.raises(DecodeError, match="no Thumb instruction at 0x00008000: 40 f2"):
        Decoder().block(bytes.fromhex("40f2"), 0x8000)
    assert Decoder().first(b"\xff\xff\xff\xff", 0) is None
