"""Whether the user is logged in to Weights & Biases, found without a network or a question."""

from __future__ import annotations

import netrc
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def is_logged_in(settings: Any) -> bool:
    """Tell whether there is an API key or an identity token for W&B's server.

    Args:
        settings: W&B's own, read from its files and from the environment.
    """
    tokens = ("WANDB_API_KEY", "WANDB_IDENTITY_TOKEN_FILE")
    if any(os.environ.get(name) for name in tokens) or settings.api_key:
        return True
    host = urlsplit(str(settings.base_url)).netloc
    return any(_has_password(file, host) for file in _netrc_files())


def _netrc_files() -> list[Path]:
    if os.environ.get("NETRC"):
        return [Path(os.environ["NETRC"]).expanduser()]
    return [Path("~/.netrc").expanduser(), Path("~/_netrc").expanduser()]


def _has_password(file: Path, host: str) -> bool:
    try:
        found = netrc.netrc(file).authenticators(host)
    except (OSError, netrc.NetrcParseError):
        # Whatever else uses that file will complain about it; here it says that no key is known.
        return False
    return bool(found and found[2])
