"""Tries a file's backbones as a sweep does: `python -m maskopt.check.trying`.

Reads on stdin what a study stores of its file (`StudySpec.content`), as JSON, and prints a list of
what a sweep would refuse. Nothing is downloaded: weights that are not here yet are no mistake.
"""

from __future__ import annotations

import json
import sys

from maskopt.spec import StudySpec, spec_from_content
from maskopt.sweep.backbones import backbone_options, sizes_of, values_of, variants
from maskopt.sweep.weights import wanted_weights
from maskopt.vision.sizes import find_unfit
from maskopt.vision.weights import find_weights


def find_refused(spec: StudySpec) -> list[str]:
    """Return what a sweep would say of a file's backbones before it refuses them."""
    return _unfit(spec) or _broken_weights(spec)


def _unfit(spec: StudySpec) -> list[str]:
    backbones = [
        {"name": str(option.name), "options": each}
        for option in backbone_options(spec)
        for each in variants(option)
    ]
    stages = max(int(str(each)) for each in values_of(spec.space.domains["freeze_stages"]))
    return find_unfit({"backbones": backbones, "sizes": sizes_of(spec), "freeze_stages": stages})


def _broken_weights(spec: StudySpec) -> list[str]:
    local = [each for each in wanted_weights(spec) if each["weights"]]
    if spec.pretrained == "none" or not local:
        return []
    found = find_weights(
        {"backbones": local, "pretrained": spec.pretrained, "sizes": sizes_of(spec)}
    )
    return [f"{name}: {facts['error']}" for name, facts in found.items() if facts["error"]]


def main() -> None:
    """Answer what stdin asks."""
    print(json.dumps(find_refused(spec_from_content(json.load(sys.stdin)))))


if __name__ == "__main__":
    main()
