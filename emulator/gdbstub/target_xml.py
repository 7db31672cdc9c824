"""What GDB is told of the target: its registers and its memories, as XML."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from xml.sax.saxutils import quoteattr

from emulator.gdbstub.cpu_registers import CpuRegister
from emulator.memory import Region

_HEAD = '<?xml version="1.0"?>\n'


def target_description(registers: Iterable[CpuRegister]) -> str:
    """The target description: registers by feature."""
    lines = [
        f'{_HEAD}<!DOCTYPE target SYSTEM "gdb-target.dtd">\n<target version="1.0">\n<architecture>arm</architecture>'
    ]
    numbered = list(enumerate(registers))
    for feature, members in groupby(numbered, key=lambda item: item[1].feature):
        lines.append(f"<feature name={quoteattr(feature)}>")
        for number, register in members:
            attributes = {"name": register.name, "bitsize": register.bits, "regnum": number, "type": register.kind}
            text = " ".join(f"{key}={quoteattr(str(value))}" for key, value in attributes.items())
            lines.append(f"<reg {text}/>")
        lines.append("</feature>")
    return "\n".join((*lines, "</target>\n"))


def memory_map(regions: Iterable[Region], io: Iterable[tuple[int, int]]) -> str:
    """The memory map: what firmware cannot write is flash; peripherals are RAM to GDB."""
    doctype = '<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" '
    lines = [f'{_HEAD}{doctype}"http://sourceware.org/gdb/gdb-memory-map.dtd">\n<memory-map>']
    for region in regions:
        place = f'start="0x{region.start:x}" length="0x{region.size:x}"'
        if "w" in region.permissions:
            lines.append(f'<memory type="ram" {place}/>')
        else:
            lines.append(f'<memory type="flash" {place}><property name="blocksize">0x1000</property></memory>')
    lines += [f'<memory type="ram" start="0x{start:x}" length="0x{size:x}"/>' for start, size in io]
    return "\n".join((*lines, "</memory-map>\n"))
