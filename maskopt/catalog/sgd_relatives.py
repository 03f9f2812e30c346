"""timm's relatives of SGD, RMSprop and Adafactor."""

from __future__ import annotations

from maskopt.catalog.optimizer_families import CAUTIOUS as _C
from maskopt.catalog.optimizer_families import CORRECTED as _L
from maskopt.catalog.optimizer_families import DECOUPLED as _D
from maskopt.catalog.optimizer_families import Family, betas, momentum, share

SGD_RELATIVES = (
    Family(
        "adafactor",
        {"adafactor": ()},
        {"beta1": share(0.0, help="memory of the gradients' mean; 0 keeps none")},
        "Adam whose second moments are kept by rows and columns",
        "Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018",
    ),
    Family(
        "adafactor",
        {"cadafactor": _C},
        {"beta1": share(0.9, help="memory of the gradients' mean; 0 keeps none")},
        "Adam whose second moments are kept by rows and columns",
        "Shazeer and Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018",
    ),
    Family(
        "adafactorbv",
        {"adafactorbv": (), "adafactorbvc": _L, "cadafactorbv": _C, "cadafactorbvc": _C + _L},
        momentum(),
        "Adafactor with momentum, as Big Vision trains vision transformers",
        "Zhai et al., Scaling Vision Transformers, 2022",
    ),
    Family(
        "with_momentum",
        {"madgrad": (), "madgradw": _D},
        momentum(),
        "AdaGrad by dual averaging, with momentum",
        "Defazio and Jelassi, Adaptivity without Compromise, 2021",
    ),
    Family(
        "with_momentum",
        {"sgdp": (), "csgdp": _C},
        momentum(),
        "SGD whose steps do not make weights grow that a norm follows",
        "Heo et al., AdamP: Slowing Down the Slowdown for Momentum Optimizers, 2021",
    ),
    Family(
        "with_momentum",
        {"sgdw": (), "sgdc": _L, "csgdw": _C, "csgdc": _C + _L},
        momentum(),
        "SGD with Nesterov's momentum and decoupled weight decay",
        "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
    ),
    Family(
        "lars",
        {
            "lars": (),
            "larc": ("clipped",),
            "nlars": ("nesterov",),
            "nlarc": ("nesterov", "clipped"),
        },
        {
            **momentum(),
            "trust_coeff": share(0.001, 1e-6, 10.0, "a layer's step as a share of its weights"),
        },
        "SGD whose step of a layer is in proportion to its weights, for large batches",
        "You et al., Large Batch Training of Convolutional Networks, 2017",
    ),
    Family(
        "muon",
        {
            "muon": (),
            "nmuon": ("nesterov",),
            "adamuon": ("adaptive",),
            "nadamuon": ("adaptive", "nesterov"),
        },
        {**momentum(0.95), **betas(0.9, 0.95)},
        "momentum made orthogonal, and AdamW (which has the betas) for norms, biases and heads",
        "Jordan et al., Muon: An Optimizer for Hidden Layers in Neural Networks, 2024",
    ),
    Family(
        "rmsprop",
        {"rmsprop": ()},
        {"alpha": share(0.9, help="memory of the gradients' squares"), **momentum()},
        "gradients scaled by the mean of their squares",
        "Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012",
    ),
    Family(
        "rmsprop",
        {"rmsproptf": (), "rmsproptfw": _D, "rmsproptfc": _L, "crmsproptf": _C},
        {"alpha": share(0.9, help="memory of the gradients' squares"), **momentum()},
        "RMSprop as TensorFlow has it, which trained the first EfficientNets",
        "Tieleman and Hinton, 2012; Tan and Le, EfficientNet, 2019",
    ),
    Family(
        "adadelta",
        {"adadelta": ()},
        {"rho": share(0.9, help="memory of the gradients' squares")},
        "steps scaled by former steps; takes an lr near 1",
        "Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012",
    ),
    Family(
        "plain",
        {"adagrad": ()},
        {},
        "gradients scaled by the sum of all their squares",
        "Duchi et al., Adaptive Subgradient Methods for Online Learning, 2011",
    ),
)
