"""Which extension of the architecture brought an instruction, by its name and encoding.

v6m, v7m: ARMv6-M, and what ARMv7-M added. v8m: load-acquire and store-release, the stack limits and the Security
Extension of ARMv8-M. dsp: the DSP extension. fp: FPv4-SP, which moves doubles but does not compute with them. fp5: what
FPv5 added, in single precision. fp64: everything that computes in double precision.
"""

from __future__ import annotations

import re
from typing import Literal

Extension = Literal["v6m", "v7m", "v8m", "dsp", "fp", "fp5", "fp64"]

_PARALLEL_OPERATIONS = ("add8", "add16", "sub8", "sub16", "asx", "sax")
_PARALLEL = (f"{kind}{what}" for kind in ("s", "u", "q", "uq", "sh", "uh") for what in _PARALLEL_OPERATIONS)
_HALVES = ("bb", "bt", "tb", "tt")
_DSP = {
    *_PARALLEL,
    *(f"{name}{half}" for name in ("smul", "smla", "smlal") for half in _HALVES),
    *(f"{name}{cross}" for name in ("smlad", "smlald", "smlsd", "smlsld", "smuad", "smusd") for cross in ("", "x")),
    *(f"{name}{rounding}" for name in ("smmla", "smmls", "smmul") for rounding in ("", "r")),
    *(f"{sign}{extend}" for sign in "su" for extend in ("xtab", "xtah", "xtb16", "xtab16", "sat16")),
    *("qadd", "qsub", "qdadd", "qdsub", "smulwb", "smulwt", "smlawb", "smlawt", "umaal"),
    *("usad8", "usada8", "pkhbt", "pkhtb", "sel"),
}
_V6M_WIDE = {"bl", "dmb", "dsb", "isb", "mrs", "msr"}
_V7M_NARROW = {"cbz", "cbnz", "it"}
_V8M = re.compile(r"^(lda|stl|tta?t?$|sg$|bl?xns$|vlldm$|vlstm$)")
_V8M_REGISTERS = re.compile(r"msplim|psplim|_ns")
_FP5 = re.compile(r"^(vsel|vmaxnm|vminnm|vrint|vcvt[anpm])")
_FP_MOVES = re.compile(r"^(vldr|vstr|vldm|vstm|vpush|vpop|vmrs|vmsr|fldm|fstm)")


def extension_of(name: str, operands: str, size: int) -> Extension:
    """The extension of an instruction of `size` bytes; `name` has no suffixes, `operands` is as assembled."""
    if name.startswith(("v", "fldm", "fstm")):
        return _floating_point(name, operands)
    if name in _DSP:
        return "dsp"
    if _V8M.match(name) or (name in ("mrs", "msr") and _V8M_REGISTERS.search(operands)):
        return "v8m"
    narrow_only = size == 2 and name not in _V7M_NARROW
    return "v6m" if narrow_only or name in _V6M_WIDE else "v7m"


def _floating_point(name: str, operands: str) -> Extension:
    if _V8M.match(name):
        return "v8m"
    registers = [o.strip() for o in operands.split(",")]
    doubles = any(re.fullmatch(r"d\d+", r) for r in registers)
    with_core = name == "vmov" and (len(registers) > 2 or "[" in operands)
    if doubles and not _FP_MOVES.match(name) and not with_core:
        return "fp64"
    return "fp5" if _FP5.match(name) else "fp"
