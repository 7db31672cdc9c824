"""Instructions as frozen records, for any core. The only importer of capstone.

Quirks of Capstone 5 that are corrected here and pinned in tests/emulator/instructions/test_decode.py:

* The disassembler keeps IT state between instructions of one `disasm` call only, so a block is decoded in one go.
* SMLAL and friends do not list their accumulators as read; SSAT, USAT, PKHBT and PKHTB list an operand without access.
* STMDB with writeback, VPUSH and VPOP do not list the base as written, and PUSH, POP and these do not say that they
  write it back; VLDM lists its registers without access, VPUSH as written.
* UADD8 and some of its kind count as setting flags, but GE is all they set.
* UXTAB and the other extend-and-add instructions list their second source without access.
* Mnemonics carry width and condition suffixes; `insn_name` has neither, but calls NOP, WFI and the like "hint", VMRS to
  the flags "fmstat", VMOV of a constant "fconsts" and VMOV between a core register and half a double "fmdhr".
* It calls r9 to r12 sb, sl, fp and ip.
* Of the security instructions of ARMv8-M it gives the text only: see emulator/instructions/security_instructions.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import capstone as _capstone
from capstone import arm as _arm

from emulator.errors import DecodeError
from emulator.instructions.instruction_sets import Extension, extension_of
from emulator.instructions.operand2 import Operand2, operand2
from emulator.instructions.security_instructions import security_instruction

_ACCUMULATE_LONG = re.compile(r"^(smlal|umlal|umaal|smlsl)")
_VMOV = ("fconsts", "fconstd", "fmdhr")
_PARALLEL = re.compile(r"^[su](add|sub)(8|16)$|^[su](asx|sax)$")
_UNLISTED = re.compile(r"^[su]sat(16)?$|^pkh|^[su]xta")
_UNCONDITIONAL = (_arm.ARM_CC_AL, _arm.ARM_CC_INVALID)
_LOADS = re.compile(r"^(ldr|ldm|lda|pop|vldr|vldm|vpop|vlldm)")
_STORES = re.compile(r"^(str|stm|stl|push|vstr|vstm|vpush|vlstm)")
_ALIASES = {"sb": "r9", "sl": "r10", "fp": "r11", "ip": "r12"}
_NAMES: dict[int, str] = {}
_ALIAS = re.compile(r"\b(sb|sl|fp|ip)\b")
_STACK = ("push", "pop", "vpush", "vpop")
_MULTIPLE = re.compile(r"^(v?ldm|v?stm|v?push|v?pop)")


@dataclass(frozen=True)
class Instruction:
    """One instruction. Register names are the assembler's ("r0", "sp", "s3", "d8"); flags are not among them.

    `name` has no suffix ("add" for "adds.w"). `address_registers` and `offset` form the address of a load or store:
    base, then index. `transfers` is the number of words moved by a load or store. `target` is that of a direct branch.
    `registers` are the register operands in their order, without those of an address.
    """

    address: int
    size: int
    name: str
    operands: str
    reads: frozenset[str]
    writes: frozenset[str]
    address_registers: tuple[str, ...]
    is_load: bool
    is_store: bool
    is_multiple: bool
    transfers: int
    register_offset: bool
    offset: int
    writeback: bool
    writes_pc: bool
    is_call: bool
    conditional: bool
    sets_flags: bool
    target: int | None
    extension: Extension
    operand2: Operand2
    registers: tuple[str, ...]

    @property
    def loaded(self) -> frozenset[str]:
        """Registers that a load fills from memory: what it writes but for an updated base."""
        return self.writes - set(self.address_registers[:1]) if self.writeback else self.writes

    @property
    def wide(self) -> bool:
        """Whether it takes 32 bits."""
        return self.size == 4

    @property
    def end(self) -> int:
        """Address of the next instruction in memory."""
        return self.address + self.size

    @property
    def text(self) -> str:
        """Name and operands."""
        return f"{self.name} {self.operands}".rstrip()


_KEPT = 1 << 14
_known: dict[tuple[bytes, int, int], tuple[Instruction, ...]] = {}


class Decoder:
    """Decodes blocks of Thumb code. What decoders found lately is kept: the same code comes again and again."""

    def __init__(self) -> None:
        mode = _capstone.CS_MODE_THUMB | _capstone.CS_MODE_MCLASS
        self._cs = _capstone.Cs(_capstone.CS_ARCH_ARM, mode)
        self._cs.detail = True

    def block(self, code: bytes, address: int) -> tuple[Instruction, ...]:
        """All instructions of `code`, which lies at `address`.

        Raises DecodeError where bytes are no instruction, or end inside one.
        """
        found = self.sequence(code, address)
        end = found[-1].end if found else address
        if end != address + len(code):
            rest = code[end - address : end - address + 4].hex(" ")
            raise DecodeError(f"no Thumb instruction at 0x{end:08x}: {rest}")
        return found

    def first(self, code: bytes, address: int) -> Instruction | None:
        """The instruction at the start of `code`, None if that is no instruction."""
        return next(self._instructions(code, address), None)

    def sequence(self, code: bytes, address: int, most: int = 0) -> tuple[Instruction, ...]:
        """The instructions of `code` up to the first bytes that are none, but not more than `most` if that is given."""
        key = code, address, most
        found = _known.get(key)
        if found is None:
            if len(_known) >= _KEPT:
                _known.clear()
            found = _known[key] = tuple(self._instructions(code, address, most))
        return found

    def texts(self, code: bytes, address: int) -> Iterator[tuple[int, str]]:
        """Address and text of the same as an assembler has it, conditions and widths included: "bne", "add.w"."""
        for at, _, mnemonic, operands in self._cs.disasm_lite(code, address):
            yield at, _ALIAS.sub(lambda m: _ALIASES[m[0]], f"{mnemonic} {operands}".rstrip())

    def _instructions(self, code: bytes, address: int, most: int = 0) -> Iterator[Instruction]:
        for insn in self._cs.disasm(code, address, most):
            yield _instruction(insn)


def _instruction(insn: Any) -> Instruction:
    name = _name(insn)
    is_load, is_store = bool(_LOADS.match(name)), bool(_STORES.match(name))
    reads, writes = _registers(insn, name)
    address_registers = _address_registers(insn, name)
    jumps = _capstone.CS_GRP_JUMP in insn.groups
    if security := security_instruction(bytes(insn.bytes)):
        reads, writes, jumps = set(security.reads), set(security.writes), security.branches
        address_registers = (security.base,) if security.base else ()
    immediate = next((o.imm for o in reversed(insn.operands) if o.type == _arm.ARM_OP_IMM), None)
    return Instruction(
        address=insn.address,
        size=insn.size,
        name=name,
        operands=_ALIAS.sub(lambda m: _ALIASES[m[0]], insn.op_str),
        reads=frozenset(reads),
        writes=frozenset(writes),
        address_registers=address_registers if is_load or is_store else (),
        is_load=is_load,
        is_store=is_store,
        is_multiple=bool(_MULTIPLE.match(name)),
        transfers=_transfers(insn, name) if is_load or is_store else 0,
        register_offset=any(o.type == _arm.ARM_OP_MEM and o.mem.index for o in insn.operands),
        offset=next((o.mem.disp for o in insn.operands if o.type == _arm.ARM_OP_MEM), 0),
        writeback=bool(insn.writeback) or name in _STACK or (is_store and not writes.isdisjoint(address_registers[:1])),
        writes_pc=jumps or "pc" in writes,
        is_call=name in ("bl", "blx", "blxns"),
        conditional=name in ("cbz", "cbnz") or (name != "it" and insn.cc not in _UNCONDITIONAL),
        sets_flags=bool(insn.update_flags) and not _PARALLEL.match(name),
        target=immediate & 0xFFFFFFFF if jumps and immediate is not None else None,
        extension=extension_of(name, insn.op_str, insn.size),
        operand2=operand2(bytes(insn.bytes)),
        registers=_listed(insn),
    )


def _name(insn: Any) -> str:
    name = str(insn.insn_name())
    if name == "hint":
        return str(insn.mnemonic).split(".")[0]
    if name == "fmstat":
        return "vmrs"
    return "vmov" if name in _VMOV else name


def _registers(insn: Any, name: str) -> tuple[set[str], set[str]]:
    """Registers read and written, with Capstone's gaps filled."""
    read_ids, write_ids = insn.regs_access()
    reads, writes = {_register(insn, r) for r in read_ids}, {_register(insn, r) for r in write_ids}
    listed = _listed(insn)
    if _ACCUMULATE_LONG.match(name):
        reads |= set(listed[:2])
    elif _UNLISTED.match(name):
        reads |= set(listed[1:])
    elif name in ("vpush", "vpop"):
        into, other = (reads, writes) if name == "vpush" else (writes, reads)
        other -= set(listed)
        into |= set(listed)
        reads.add("sp")
        writes.add("sp")
    elif name.startswith("vldm"):
        writes |= set(listed[1:])
    elif name.startswith("vstm"):
        reads |= set(listed[1:])
    elif name == "stmdb" and _stores_back(insn):
        writes.add(listed[0])
    for flags in ("cpsr", "itstate", "fpscr_nzcv"):
        reads.discard(flags)
        writes.discard(flags)
    return reads, writes


def _register(insn: Any, number: int) -> str:
    if number not in _NAMES:
        name = str(insn.reg_name(number))
        _NAMES[number] = _ALIASES.get(name, name)
    return _NAMES[number]


def _listed(insn: Any) -> tuple[str, ...]:
    """Register operands in their order."""
    return tuple(_register(insn, o.reg) for o in insn.operands if o.type == _arm.ARM_OP_REG)


def _stores_back(insn: Any) -> bool:
    """The W bit of a wide STMDB, which Capstone does not report."""
    return insn.size == 4 and bool(insn.bytes[0] & 0x20)


def _address_registers(insn: Any, name: str) -> tuple[str, ...]:
    if name in _STACK:
        return ("sp",)
    if _MULTIPLE.match(name):
        return (_register(insn, insn.operands[0].reg),)
    for operand in insn.operands:
        if operand.type == _arm.ARM_OP_MEM:
            return tuple(_register(insn, r) for r in (operand.mem.base, operand.mem.index) if r)
    return ()


def _transfers(insn: Any, name: str) -> int:
    """Words moved."""
    listed = _listed(insn)
    if _MULTIPLE.match(name):
        moved = listed if name in _STACK else listed[1:]
        return sum(2 if r.startswith("d") else 1 for r in moved)
    if name in ("ldrd", "strd"):
        return 2
    return 2 if listed and name.startswith("v") and listed[0].startswith("d") else 1
