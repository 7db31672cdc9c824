"""The slow memories under a recorded run on a board: where it lay if it ran there, else in the board's flash."""

from __future__ import annotations

from emulator.boards.file import BoardFile
from emulator.memories.layout import Layout, WhatIf, board_layout
from emulator.memories.placement import Place, flash_layout
from emulator.recording.recording import Recording


def recording_layout(
    recording: Recording, board: BoardFile, what_if: WhatIf | None = None, code_in: Place = "FLASH"
) -> Layout:
    """Errors as of `flash_layout`."""
    if recording.board == board.name and code_in == "FLASH":
        return board_layout(board, what_if)
    return flash_layout(board, recording.regions, what_if, code_in)


def keeps_settings(
    recording: Recording, board: BoardFile, what_if: WhatIf | None = None, code_in: Place = "FLASH"
) -> bool:
    """Whether what the firmware set of its flash holds: on its own board, unless something else is asked for."""
    asked = what_if not in (None, WhatIf()) or code_in != "FLASH"
    return bool(recording.settings) and recording.board == board.name and not asked
