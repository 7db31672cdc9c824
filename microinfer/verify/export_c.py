"""A case as a C program: literal arrays, one call, a comparison; it returns the number of wrong bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

from microinfer.verify.signature import Member, Signature
from microinfer.verify.spec import Arrays, Buffer, Plan

_TYPES = {"uint8": "uint8_t", "uint16": "uint16_t", "uint32": "uint32_t", "int8": "int8_t", "int16": "int16_t"}
_TYPES |= {"int32": "int32_t", "int64": "int64_t"}
_WIDTH = 100


def c_test(signature: Signature, plan: Plan, arrays: Arrays, expected: Arrays, finding: str) -> str:
    """The program; build it with the kernels, and with a sanitizer or guarded memory where the defect is an access."""
    lines = [f"/* {signature.function}: {finding.replace('*/', '* /')} */", '#include "arm_nnfunctions.h"', ""]
    lines += ["#include <stdint.h>", "#include <stdio.h>", ""]
    for buffer in plan.buffers:
        lines += _array(buffer, arrays)
    for path, content in expected.items():
        lines += _literal(f"static const {_ctype(str(content.dtype))} expected_{_name(path)}", content)
    lines += ["", "int main(void)", "{"]
    values: dict[str, int | str] = {**plan.values, **{buffer.path: buffer.path for buffer in plan.buffers}}
    for member in signature.declared:
        if member.pointer and member.ctype in signature.structs and member.name not in plan.absent:
            body = _struct(member, member.name, signature.structs, values)
            lines.append(f"    {member.ctype} {member.name} = {body};")
    lines += _call(signature, plan, values)
    lines += ["    int wrong = 0;"]
    if plan.status is not None and signature.returns != "void":
        wrong = ">" if plan.answers and plan.also else "!="
        lines.append(f"    wrong += status {wrong} {plan.status};")
    for path, content in expected.items():
        name = _name(path)
        lines.append(f"    for (int i = 0; i < {content.size}; i++)")
        lines.append(f"        wrong += {name}[i] != expected_{name}[i];")
    lines += ['    printf("%d wrong\\n", wrong);', "    return wrong != 0;", "}", ""]
    return "\n".join(lines)


def _call(signature: Signature, plan: Plan, values: Mapping[str, int | str]) -> list[str]:
    words = []
    for argument in signature.arguments:
        if argument.kind == "struct":
            words.append("NULL" if argument.name in plan.absent else f"&{argument.name}")
        else:
            words.append(_word(values.get(argument.name, "NULL" if argument.kind == "buffer" else 0)))
    call = f"{signature.function}({', '.join(words)});"
    return [f"    {call}" if signature.returns == "void" else f"    const int status = {call}"]


def _struct(member: Member, path: str, structs: Mapping[str, Any], values: Mapping[str, int | str]) -> str:
    parts = []
    for inner in structs[member.ctype]:
        below = f"{path}.{inner.name}"
        if not inner.pointer and inner.ctype in structs:
            parts.append(f".{inner.name} = {_struct(inner, below, structs, values)}")
        else:
            parts.append(f".{inner.name} = {_word(values.get(below, 'NULL' if inner.pointer else 0))}")
    return "{" + ", ".join(parts) + "}"


def _word(value: int | str) -> str:
    return _number(int(value)) if not isinstance(value, str) else value if value == "NULL" else _name(value)


def _number(value: int) -> str:
    return f"({value + 1} - 1)" if value in (-(1 << 31), -(1 << 63)) else str(value)


def _array(buffer: Buffer, arrays: Arrays) -> list[str]:
    kind, name = _ctype(buffer.dtype), _name(buffer.path)
    if buffer.path in arrays:
        constant = "const " if buffer.role == "in" and "." not in buffer.path else ""
        return list(_literal(f"static {constant}{kind} {name}", arrays[buffer.path]))
    count = 1
    for size in buffer.shape:
        count *= size
    return [f"static {kind} {name}[{count}];"]


def _literal(head: str, content: NDArray[Any]) -> Iterator[str]:
    yield f"{head}[{content.size}] = {{"
    line = "   "
    for value in content.reshape(-1).tolist():
        word = f" {_number(value)},"
        if len(line) + len(word) > _WIDTH:
            yield line
            line = "   "
        line += word
    yield line
    yield "};"


def _ctype(dtype: str) -> str:
    return _TYPES[dtype]


def _name(path: str) -> str:
    return path.replace(".", "_") + "_data" if "." in path else path
