"""The slow memories under a recorded run on a board: where it lay if it ran there, else in the board's flash."""

from __future__ import annotations

from dataclasses import replace

from emulator.boards.file import BoardFile
from emulator.memories.layout import Layout, Place, WhatIf, board_layout
from emulator.memories.placement import flash_layout
from emulator.recording.recording import Recording


def recording_layout(
    recording: Recording, board: BoardFile, what_if: WhatIf | None = None, code_in: Place = "FLASH"
) -> Layout:
    """Errors as of `flash_layout`. Code of firmware that is read from RAM leaves its constants in flash."""
    asked = replace(what_if or WhatIf(), code_in=code_in)
    if recording.board == board.name:
        return board_layout(board, asked)
    return flash_layout(board, recording.regions, asked, code_in, constants_stay=bool(recording.board))


def keeps_settings(
    recording: Recording, board: BoardFile, what_if: WhatIf | None = None, code_in: Place = "FLASH"
) -> bool:
    """Whether what the firmware set of its flash holds: on its own board, unless something else is asked for."""
    asked = replace(what_if or WhatIf(), code_in=code_in)
    return bool(recording.settings) and recording.board == board.name and asked == WhatIf()
