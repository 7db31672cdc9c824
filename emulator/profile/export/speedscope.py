"""Speedscope's JSON: a sampled profile whose samples are the paths and whose weights are cycles."""

from __future__ import annotations

import json

from emulator.profile.tree import Profile


def render(profile: Profile) -> str:
    """Source of the format: speedscope's file-format-schema.json."""
    names = sorted({node.function for node in profile.nodes})
    index_of = {name: index for index, name in enumerate(names)}
    used = [index for index, node in enumerate(profile.nodes) if node.cycles]
    weights = [profile.nodes[index].cycles for index in used]
    document = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "shared": {"frames": [{"name": name} for name in names]},
        "profiles": [
            {
                "type": "sampled",
                "name": "cycles",
                "unit": "none",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": [[index_of[name] for name in profile.path(index)] for index in used],
                "weights": weights,
            }
        ],
        "activeProfileIndex": 0,
        "exporter": "microinfer",
    }
    return json.dumps(document, indent=1)
