"""The one door to pandas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

Frame = pd.DataFrame


def make_frame(columns: Mapping[str, Any]) -> Frame:
    """Return columns of one length as a frame, in their order, rows numbered from 0."""
    return Frame(dict(columns))
