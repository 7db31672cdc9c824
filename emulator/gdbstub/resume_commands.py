"""The packets that let the core go: c, s, C, S and vCont."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Resume:
    """Run; or a step, or steps while PC is `within`. `address`, where given, is where to go on."""

    stepping: bool
    within: range | None = None
    address: int | None = None


def parse_resume(text: str) -> Resume | None:
    """The action of a packet, None if it is none of these. Raises ValueError."""
    if text.startswith("vCont;"):
        return _action(text[6:].split(";")[0].split(":")[0])
    if text[:1] in ("c", "s"):
        return Resume(text[0] == "s", address=int(text[1:], 16) if text[1:] else None)
    if text[:1] in ("C", "S"):
        _, _, address = text[1:].partition(";")
        return Resume(text[0] == "S", address=int(address, 16) if address else None)
    return None


def _action(action: str) -> Resume:
    kind, rest = action[:1], action[1:]
    if kind in ("c", "C"):
        return Resume(False)
    if kind in ("s", "S"):
        return Resume(True)
    if kind == "r":
        start, end = (int(part, 16) for part in rest.split(","))
        return Resume(True, range(start, end))
    raise ValueError(f"no action {action[:40]!r}")
