"""The label policies: what a head is taught; it is judged on the official classes."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

LABEL_POLICIES = {
    "official": Entry(
        "maskopt.vision.label_policies:official",
        help="the classes as they are scored",
        when="classes are no ranges of a number, or their bounds are sharp",
    ),
    "cut": Entry(
        "maskopt.vision.label_policies:cut",
        {
            "to": Parameter(
                "number", None, optional=True, help="where the nearest cut is moved in training"
            ),
            "attribute": Parameter(
                "text", None, optional=True, help="whose cut, where several are numbers"
            ),
        },
        "one cut of a number moved in training: who is 58 counts as 60",
        "recipe E: a cut at 58 instead of 60, 0.7622 -> 0.7647",
        when="a rare class lies beyond a cut, and those just short of it look the same",
    ),
    "soft": Entry(
        "maskopt.vision.label_policies:soft",
        {"spread": Parameter("number", 2.0, 0.0, 1e6, help="in the number's own unit")},
        "a number near a cut is a little of both classes",
        "Geng, Label Distribution Learning, 2016",
        when="the number is a guess, as an age told by eye, and many lie near a cut",
    ),
    "bins": Entry(
        "maskopt.vision.label_policies:bins",
        {
            "width": Parameter("number", 5.0, 1e-6, 1e6, help="of a bin, in the number's unit"),
            "spread": Parameter(
                "number",
                4.0,
                0.0,
                1e6,
                help="of a number over bins, same unit",
                idle=("weight", 0.0),
            ),
            "weight": Parameter("number", 0.5, 0.0, 100.0, help="of bins beside the classes"),
        },
        "narrow bins of a number, joined into the classes",
        "Gao et al., Deep Label Distribution Learning with Label Ambiguity, 2017",
        when="the number says more than its class: on three age classes it brought 0.003 to 0.016 "
        "macro F1, and 0.02 of log loss; `weight: 2` a further 0.006 of that",
    ),
    "ordinal": Entry(
        "maskopt.vision.number_policies:ordinal",
        {
            "width": Parameter(
                "number", 5.0, 1e-6, 1e6, help="between thresholds, in the number's unit"
            ),
            "spread": Parameter(
                "number", 0.0, 0.0, 1e6, help="of a number, same unit", idle=("weight", 0.0)
            ),
            "weight": Parameter("number", 0.5, 0.0, 100.0, help="of thresholds beside classes"),
        },
        "one question a threshold: does the number reach it?",
        "Niu et al., 2016; Shi, Cao and Raschka, CORN, 2021",
        when="classes are ranges of a number, and a mistake by two is worse than one by one",
    ),
    "regression": Entry(
        "maskopt.vision.number_policies:regression",
        {
            "weight": Parameter("number", 0.5, 0.0, 100.0, help="of the number beside classes"),
            "apart": Parameter(
                "number", 0.1, 0.0, 0.5, help="share of groups that cuts are fitted on, untaught"
            ),
        },
        "the number itself, whose distribution is cut into the classes",
        "Rothe et al., DEX, 2015; McCullagh, Regression Models for Ordinal Data, 1980",
        when="the number is known well, and where it is best cut is to be found",
    ),
}
