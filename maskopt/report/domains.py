"""Domains in words: what a search may choose, and what is fixed."""

from __future__ import annotations

from maskopt.space import Choice, Fixed, FloatRange, IntRange, Option, Part, is_settled, show_value


def domain_words(domain: FloatRange | IntRange | Choice) -> str:
    """Return what a dimension may be: `1e-05 to 0.003, log`, or its options."""
    if isinstance(domain, Choice):
        return ", ".join(map(_option_words, domain.options))
    log = ", log" if domain.log else ""
    step = f", step {show_value(domain.step)}" if domain.step not in (None, 1) else ""
    return f"{show_value(domain.low)} to {show_value(domain.high)}{log}{step}"


def _option_words(option: Option) -> str:
    """Return an option with the parameters that are settled; those that vary have their line."""
    settled = {key: settled_words(d) for key, d in option.parameters.items() if is_settled(d)}
    return str(Part(show_value(option.name), {k: v for k, v in settled.items() if v != "none"}))


def settled_words(domain: object) -> str:
    """Return the value, or the option with its parameters, that a domain is settled on."""
    match domain:
        case Fixed(value):
            return show_value(value)
        case Choice(options):
            return _option_words(options[0])
        case FloatRange(low) | IntRange(low):
            return show_value(low)
    raise TypeError(f"`domain` must be a domain, got {domain!r}")
