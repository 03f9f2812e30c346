"""timm's relatives of Adam."""

from __future__ import annotations

from maskopt.catalog.optimizer_families import CAUTIOUS as _C
from maskopt.catalog.optimizer_families import CORRECTED as _L
from maskopt.catalog.optimizer_families import DECOUPLED as _D
from maskopt.catalog.optimizer_families import Family, betas

_ADAM = betas(0.9, 0.999)
ADAM_RELATIVES = (
    Family(
        "with_betas",
        {"adabelief": (), "radabelief": ("rectified",)},
        _ADAM,
        "Adam that goes by how far a gradient is from what was expected",
        "Zhuang et al., AdaBelief Optimizer, 2020",
    ),
    Family(
        "with_betas",
        {"adamc": _L, "cadamw": _C, "cadamc": _C + _L},
        _ADAM,
        "Adam with decoupled weight decay",
        "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
    ),
    Family(
        "with_betas",
        {"adamax": ()},
        _ADAM,
        "Adam with the largest gradient of late instead of the mean square",
        "Kingma and Ba, Adam, 2015",
    ),
    Family(
        "with_betas",
        {"adamp": (), "cadamp": _C},
        _ADAM,
        "Adam whose steps do not make weights grow that a norm follows",
        "Heo et al., AdamP: Slowing Down the Slowdown for Momentum Optimizers, 2021",
    ),
    Family(
        "with_betas",
        {"nadam": ()},
        _ADAM,
        "Adam with Nesterov's momentum",
        "Dozat, Incorporating Nesterov Momentum into Adam, 2016",
    ),
    Family(
        "with_betas",
        {"nadamw": (), "nadamc": _L, "cnadamw": _C, "cnadamc": _C + _L},
        _ADAM,
        "Adam with Nesterov's momentum and decoupled weight decay",
        "Dozat, 2016; Dahl et al., Benchmarking Neural Network Training Algorithms, 2023",
    ),
    Family(
        "with_betas",
        {"radam": (), "radamw": _D},
        _ADAM,
        "Adam that holds its first steps back while variances are unsure",
        "Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, 2020",
    ),
    Family(
        "with_betas",
        {
            "adopt": (),
            "adoptw": _D,
            "adoptc": _L,
            "cadopt": _C,
            "cadoptw": _C + _D,
            "cadoptc": _C + _L,
        },
        betas(0.9, 0.9999),
        "Adam that scales a gradient by the squares before it",
        "Taniguchi et al., ADOPT: Modified Adam Can Converge with Any beta2, 2024",
    ),
    Family(
        "with_three_betas",
        {"adan": (), "adanw": _D, "cadan": _C, "cadanw": _C + _D},
        betas(0.98, 0.92, 0.99),
        "Adam with Nesterov's momentum told by the difference of gradients",
        "Xie et al., Adan: Adaptive Nesterov Momentum Algorithm, 2022",
    ),
    Family(
        "with_betas",
        {
            "lamb": (),
            "lambc": ("clipped",),
            "lambw": _D,
            "lambcw": ("clipped", "decoupled"),
            "lambcd": _L,
            "clamb": _C,
            "clambw": _C + _D,
        },
        _ADAM,
        "Adam whose step of a layer is in proportion to its weights, for large batches",
        "You et al., Large Batch Optimization for Deep Learning, 2020",
    ),
    Family(
        "with_betas",
        {"laprop": (), "lapropc": _L, "claprop": _C},
        _ADAM,
        "Adam that scales gradients before it averages them",
        "Ziyin et al., LaProp: Separating Momentum and Adaptivity in Adam, 2020",
    ),
    Family(
        "with_betas",
        {"lion": (), "lionc": _L, "clion": _C, "clionc": _C + _L},
        betas(0.9, 0.99),
        "steps of one size by the sign of the momentum; takes a third to a tenth of AdamW's lr",
        "Chen et al., Symbolic Discovery of Optimization Algorithms, 2023",
    ),
    Family(
        "with_betas",
        {"mars": (), "cmars": _C},
        betas(0.9, 0.99),
        "AdamW on gradients corrected by those before, which lowers their variance",
        "Yuan et al., MARS: Unleashing the Power of Variance Reduction, 2024",
    ),
    Family(
        "with_betas",
        {"novograd": (), "novogradw": _D, "novogradc": _L},
        betas(0.95, 0.98),
        "Adam with one second moment a layer",
        "Ginsburg et al., Stochastic Gradient Methods with Layer-wise Adaptive Moments, 2019",
    ),
)
