"""How busy a GPU is while a side trains."""

from __future__ import annotations

import os
import shutil
import subprocess
from statistics import fmean

EVERY_MS = 200
_QUERY = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]


class Gauge:
    """Looks at the first GPU until it is read: the share of time in which a kernel ran."""

    def __init__(self) -> None:
        program = shutil.which("nvidia-smi")
        self._process: subprocess.Popen[str] | None = None
        if program:
            gpu = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0] or "0"
            command = [program, *_QUERY, f"--loop-ms={EVERY_MS}", f"--id={gpu}"]
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def read(self) -> float | None:
        """Stop looking and return the mean share in [0, 1]; none where nothing was seen."""
        if self._process is None:
            return None
        self._process.terminate()
        seen = [line.strip() for line in self._process.communicate()[0].splitlines()]
        shares = [int(each) / 100 for each in seen if each.isdigit()]
        return fmean(shares) if shares else None
