"""The label policies: what a head is taught; it is judged on the official classes."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

LABEL_POLICIES = {
    "official": Entry(
        "maskopt.vision.label_policies:official", help="the classes as they are scored"
    ),
    "soft": Entry(
        "maskopt.vision.label_policies:soft",
        {"spread": Parameter("number", 2.0, 0.0, 1e6, help="in the number's own unit")},
        "a number near a cut is a little of both classes",
        "Geng, Label Distribution Learning, 2016",
    ),
    "bins": Entry(
        "maskopt.vision.label_policies:bins",
        {
            "width": Parameter("number", 5.0, 1e-6, 1e6, help="of a bin, in the number's unit"),
            "spread": Parameter("number", 4.0, 0.0, 1e6, help="of a number over bins, same unit"),
            "weight": Parameter("number", 0.5, 0.0, 100.0, help="of bins beside the classes"),
        },
        "narrow bins of a number, joined into the classes",
        "Gao et al., Deep Label Distribution Learning with Label Ambiguity, 2017",
    ),
}
