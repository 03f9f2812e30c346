"""What people read of a case: ratios, then photos a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def show_case(name: str, found: Mapping[str, Any]) -> None:
    """Print a case's figures."""
    ratios = [
        f"{found['share_of_limit']:.2f} of the limit" if found["share_of_limit"] else "",
        f"{found['over_plain']:.2f} x a plain loop" if found["over_plain"] else "",
        f"{found['over_timm']:.2f} x timm's loader" if found["over_timm"] else "",
    ]
    print(f"\n{name}: maskopt is {', '.join(filter(None, ratios)) or 'not measured'}")
    told = {"maskopt": found["precision"], "limit": found["limit_won_by"]}
    told["limit_default_memory"] = "freed memory as the C library has it"
    for side in ("maskopt", "limit", "limit_default_memory", "plain", "timm"):
        if found[side] is not None:
            note = f"  ({told[side]})" if told.get(side) else ""
            print(f"  {side:<22}{found[side]:8,.0f} photos a second{note}")
    for way, rate in (found["limit_by"] or {}).items():
        print(f"    {way:<26}{rate:8,.0f}")
    for side, share in found["gpu_busy"].items():
        print(f"  GPU busy {share:.0%} of {side}'s time")
    for side, why in found["not_measured"].items():
        print(f"  {side}: not measured: {why}")
