"""What `bundle.json` holds: the bundle, every other file's fingerprint, and its own.

{"format": 1, "maskopt": "0.1.0", "attributes": [...], "members": [...], "ensembles": [...],
 "priors": {...}, "photos": [...], "facts": {...},
 "files": {path: {"sha256": ..., "bytes": ...}}, "digest": sha256 of all else}
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from maskopt import __version__
from maskopt.catalog.views import WHOLE
from maskopt.ensembles import Bundle

FORMAT = 2
"""Number of the folder's format; it rises when an older maskopt could misread a newer folder.

1: networks see whole photos. 2: members may have a view.
"""

DOCUMENT = "bundle.json"
EVIDENCE = "evidence.npz"

Fingerprints = Mapping[str, Mapping[str, Any]]
"""By path in the folder: `sha256` and `bytes`."""


def build_document(bundle: Bundle, files: Fingerprints) -> dict[str, Any]:
    """Return what `bundle.json` says of a bundle and its files."""
    whole = all(member.view == WHOLE for member in bundle.members)
    number = 1 if whole else FORMAT  # so that an older maskopt reads what it can use
    document = {"format": number, "maskopt": __version__, **bundle.to_dict(), "files": files}
    document = plain(document)
    return {**document, "digest": digest_of(document)}


def digest_of(document: Mapping[str, Any]) -> str:
    """Return the fingerprint of all that a document holds beside its `digest`.

    Example:
        >>> digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1, "digest": "old"})
        True
    """
    rest = {name: value for name, value in document.items() if name != "digest"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return values as JSON knows them: arrays and tuples as lists, nan and infinity as none.

    Example:
        >>> plain({"f1": np.array([0.5, np.nan]), "photos": np.int64(3)})
        {'f1': [0.5, None], 'photos': 3}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
