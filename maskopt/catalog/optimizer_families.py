"""Families of timm's optimisers: what is built alike, takes the same and adds different things.

timm names a variant by what it adds: `c` in front is cautious, `w` behind decouples the weight
decay, `c` behind corrects it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from maskopt.catalog import Entry, Parameter

_BUILDERS = "maskopt.vision.timm_optimizers"

_VARIANTS = {
    "cautious": (
        "steps against the gradient left out",
        "Liang et al., Cautious Optimizers: Improving Training with One Line of Code, 2024",
    ),
    "decoupled": (
        "weight decay apart from the gradient",
        "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
    ),
    "corrected": (
        "weight decay that falls with the learning rate's square",
        "Defazio, Why Gradients Rapidly Increase Near the End of Training, 2025",
    ),
    "nesterov": ("Nesterov's momentum", "Sutskever et al., On the Importance of Momentum, 2013"),
    "clipped": ("no layer's step enlarged by its trust ratio", ""),
    "rectified": (
        "steps held back while variances are unsure",
        "Liu et al., On the Variance of the Adaptive Learning Rate and Beyond, 2020",
    ),
    "adaptive": (
        "a second moment of the orthogonal steps",
        "Si et al., AdaMuon: Adaptive Muon Optimizer, 2025",
    ),
}
"""What a variant adds, in words, and its source."""

CAUTIOUS, DECOUPLED, CORRECTED = ("cautious",), ("decoupled",), ("corrected",)
"""The variants that most families have."""


def share(
    default: float,
    low: float = 0.0,
    high: float = 0.9999,
    help: str = "",
) -> Parameter:
    """Return a parameter that takes a number, mostly a share."""
    return Parameter("number", default, low, high, help=help)


def betas(beta1: float, beta2: float, *more: float) -> dict[str, Parameter]:
    """Return the betas of a relative of Adam, with their defaults."""
    between = ["memory of their differences"] if more else []
    told = ["memory of the gradients' mean", *between, "memory of their squares"]
    values = zip((beta1, beta2, *more), told, strict=True)
    return {f"beta{i}": share(value, help=words) for i, (value, words) in enumerate(values, 1)}


def momentum(default: float = 0.9) -> dict[str, Parameter]:
    """Return the momentum of a relative of SGD."""
    return {"momentum": share(default, high=0.999, help="memory of former steps")}


@dataclass(frozen=True)
class Family:
    """Optimisers that differ by what they add.

    Attributes:
        builder: The function that builds them, given timm's name.
        names: timm's names, each with its variants.
        parameters: What each of them takes.
        help: What they have in common, in one line.
        source: Its authors.
        when: When it helps, in one line.
    """

    builder: str
    names: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, Parameter]
    help: str
    source: str
    when: str = "adamw or sgd leave something to be won, and a search has trials to spare"

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Give the entry of each name."""
        for name, variants in self.names.items():
            added = [_VARIANTS[each] for each in variants]
            words = ", ".join([self.help, *(text for text, _ in added)])
            source = "; ".join(filter(None, [self.source, *(paper for _, paper in added)]))
            builder = f"{_BUILDERS}:{self.builder}"
            bound = {"name": name}
            yield name, Entry(builder, self.parameters, words, source, bound=bound, when=self.when)
