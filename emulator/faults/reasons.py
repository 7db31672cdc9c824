"""Why a run ended, as an exception with a name and a reason."""

from __future__ import annotations

from collections.abc import Callable

from emulator.engine.engine import Engine, register_ids
from emulator.engine.stop import Access, Stop
from emulator.errors import (
    Breakpoint,
    EngineError,
    Fault,
    IllegalInstruction,
    Place,
    StoppedError,
    SupervisorCall,
    WaitForInterrupt,
)
from emulator.instructions.decode import Decoder, Instruction
from emulator.memory import MemoryMap, Region

_WORDS = {"r": "read-only", "rx": "read-only", "rw": "not executable", "x": "execute-only", "w": "write-only"}


def explain(
    stop: Stop, origin: int, engine: Engine, memory: MemoryMap, stack: Region, locate: Callable[[int], Place]
) -> StoppedError:
    """The exception for a run that ended elsewhere than at its return; `origin` is the jump to where it stopped."""
    if stop.kind == "fetch":
        access = stop.access or Access("fetch", stop.pc, 2, False)
        return _access_fault(access, locate(origin), memory, stack)
    if stop.access is not None:
        return _access_fault(stop.access, locate(stop.pc), memory, stack)
    instruction = _instruction(engine, stop.pc)
    if stop.kind == "alignment":
        return _alignment_fault(locate(stop.pc), instruction, engine)
    if stop.kind == "breakpoint":
        return _numbered(Breakpoint(locate(stop.pc), f"breakpoint {_text(instruction)}"), instruction)
    if stop.kind == "supervisor call":
        caller = _instruction(engine, stop.pc - 2)
        text = f"supervisor call {_text(caller)}; a called function has no handler"
        return _numbered(SupervisorCall(locate(stop.pc - 2), text), caller)
    if stop.kind == "wait":
        return WaitForInterrupt(locate(stop.pc - 2), "waits for an interrupt (wfi) that cannot come in a call")
    if stop.kind == "illegal":
        return IllegalInstruction(locate(stop.pc), f"undefined instruction {_text(instruction)}")
    return StoppedError(locate(stop.pc), f"the engine stopped ({stop.kind}, interrupt {stop.interrupt})")


def _access_fault(access: Access, place: Place, memory: MemoryMap, stack: Region) -> Fault:
    kind, why = _reason(access, memory, stack)
    return Fault(place, kind, access.access, access.address, access.size, why)


def _reason(access: Access, memory: MemoryMap, stack: Region) -> tuple[str, str]:
    region = memory.find(access.address)
    if access.access == "fetch":
        if region is None:
            return "fetch", "no code there; null function pointer?" if access.address < 0x100 else "no code there"
        return "fetch", f"region {region} is not executable"
    if access.protected and region is not None:
        return "protected", f"region {region} is {_WORDS.get(region.permissions, region.permissions)}"
    below = stack.start - access.address
    if 0 < below <= 1 << 20:
        return "stack overflow", f"stack overflow, {below:,} bytes below the stack of {stack.size:,} bytes"
    if access.address < 0x1000:
        return "unmapped", "no memory there; null pointer?"
    return "unmapped", f"no memory there; {_nearest(access.address, memory)}"


def _nearest(address: int, memory: MemoryMap) -> str:
    def distance(region: Region) -> int:
        return region.start - address if address < region.start else address - region.end + 1

    region = min(memory, key=distance)
    side = "in front of" if address < region.start else "behind"
    return f"{distance(region):,} bytes {side} region {region}"


def _alignment_fault(place: Place, instruction: Instruction | None, engine: Engine) -> Fault:
    address = 0
    if instruction is not None:
        address = sum(engine.registers(register_ids(instruction.address_registers))) + instruction.offset & 0xFFFFFFFF
    access = "write" if instruction is not None and instruction.is_store else "read"
    size = 2 if instruction is not None and instruction.name.endswith("h") else 4
    why = f"{_text(instruction)} is not aligned; this core cannot do that"
    return Fault(place, "alignment", access, address, size, why)


def _instruction(engine: Engine, address: int) -> Instruction | None:
    for size in (4, 2):
        try:
            return Decoder().first(engine.read(address, size), address)
        except EngineError:
            continue
    return None


def _text(instruction: Instruction | None) -> str:
    return "(not readable)" if instruction is None else instruction.text


def _numbered(error: Breakpoint | SupervisorCall, instruction: Instruction | None) -> StoppedError:
    if instruction is not None and instruction.operands.startswith("#"):
        error.number = int(instruction.operands[1:], 0)
    return error
