"""The bundle's folder: written beside its place and swapped into it, read with every check.

people.bundle/
    bundle.json            what it answers, members, vote shares, scores; every file's sha256
    README.md              the model card, with pictures/*.svg
    members/*.safetensors  weights
    photos/*.png           small photos that `maskopt verify` predicts again
    evidence.npz           out-of-fold probabilities that `predict --adapt` rehearses on
"""

from maskopt.bundle.card import write_card
from maskopt.bundle.document import FORMAT
from maskopt.bundle.environment import versions
from maskopt.bundle.place import check_place, staging
from maskopt.bundle.reading import read_bundle, read_evidence
from maskopt.bundle.sealing import seal, store_photo

__all__ = [
    "FORMAT",
    "check_place",
    "read_bundle",
    "read_evidence",
    "seal",
    "staging",
    "store_photo",
    "versions",
    "write_card",
]
