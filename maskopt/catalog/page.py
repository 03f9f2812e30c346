"""Makes `docs/catalog.md`: `python -m maskopt.catalog.page > docs/catalog.md` renews it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.objectives import COSTS, DEFAULT_OBJECTIVE, SCORES, WHEN
from maskopt.catalog.parts import BACKBONE_PARAMETERS, DEFAULT_PARTS, NUMBERS, PARTS
from maskopt.catalog.portfolio import PORTFOLIO
from maskopt.catalog.recipes import RECIPES, Recipe
from maskopt.catalog.searching import DEFAULT_PRUNER, DEFAULT_SEARCHER, PRUNERS, SEARCHERS
from maskopt.space import Value, show_value

RENEW = "python -m maskopt.catalog.page > docs/catalog.md"


@dataclass(frozen=True)
class Kind:
    """Names that one key of a file chooses among.

    Attributes:
        key: Of the file.
        about: What it decides, in one line.
        default: The name that is taken where a file leaves the key out.
    """

    key: str
    about: str
    table: Mapping[str, Entry]
    default: str


_ABOUT = {
    "loss": "What training makes small: `space.loss`, and by head `space.head_losses`.",
    "sampler": "Which training photos an epoch shows: `space.sampler`.",
    "label_policy": "What a head is taught; it is always judged on the official classes: "
    "`space.label_policy`.",
    "augmentation": "Random changes of training photos: `space.augmentation`.",
    "optimizer": "How weights follow their gradients: `space.optimizer`.",
    "schedule": "How the learning rate goes over the epochs: `space.schedule`.",
    "view": "What of a photo a network sees: `space.view`.",
    "head_weights": "How much each head counts in the loss: `space.head_weights`.",
    "searcher": "What proposes trials: `searcher`, beside `space`.",
    "pruner": "What ends unpromising trials: `pruner`, beside `space`.",
}


def kinds() -> Iterator[Kind]:
    """Give every kind of name that the catalog has entries of."""
    for key, table in PARTS.items():
        if table:
            about = _ABOUT.get(key, f"`space.{key}`.")
            yield Kind(key, about, table, DEFAULT_PARTS.get(key, ""))
    yield Kind("searcher", _ABOUT["searcher"], SEARCHERS, DEFAULT_SEARCHER)
    yield Kind("pruner", _ABOUT["pruner"], PRUNERS, DEFAULT_PRUNER)


def page() -> str:
    """Return the page, in Markdown."""
    parts = [_head(), _numbers(), _backbones(), *map(_kind, kinds()), _objectives(), _recipes()]
    return "\n\n".join(parts) + "\n"


def _head() -> str:
    return (
        "# The catalog: everything that a file may choose\n\n"
        f"Made from `maskopt/catalog`, not written by hand; `{RENEW}` renews it.\n"
        "How a file says that something is fixed, a choice or a range stands in "
        "[search-space.md](search-space.md).\n"
        "A key that is left out takes its default. A parameter that can do nothing beside what "
        "else a file fixes is an error\nin `maskopt check`. "
        "[CONTRIBUTING.md](../CONTRIBUTING.md) shows how an entry is added."
    )


def _numbers() -> str:
    rows = [[f"`{key}`", *_parameter(each), each.when] for key, each in NUMBERS.items()]
    head = ["key", "takes", "default", "what it is", "when it helps"]
    return f"## Numbers\nKeys of `space` whose value is a number.\n\n{_table(head, rows)}"


def _backbones() -> str:
    families = ", ".join(PORTFOLIO)
    rows = [
        [f"`{key}`", *_parameter(each), each.when] for key, each in BACKBONE_PARAMETERS.items()
    ]
    head = ["parameter", "takes", "default", "what it is", "when it helps"]
    return (
        "## backbone\nAny name of timm's: `space.backbone`. Of these families it is known what to "
        f"try first, see [starts.md](starts.md):\n{families}.\n\n{_table(head, rows)}"
    )


def _kind(kind: Kind) -> str:
    entries = "\n\n".join(_entry(kind, name, each) for name, each in kind.table.items())
    return f"## {kind.key}\n{kind.about}\n\n{entries}"


def _entry(kind: Kind, name: str, entry: Entry) -> str:
    default = " (default)" if name == kind.default else ""
    lines = [f"### `{name}`{default}", f"{_sentence(entry.help)} *When:* {entry.when}."]
    if entry.source:
        lines.append(f"*Source:* {entry.source}.")
    rows = [[f"`{key}`", *_parameter(each)] for key, each in entry.parameters.items()]
    if entry.named is not None:
        told = entry.names_help or entry.named.help
        rows.append([f"*names of {entry.names}*", _takes(entry.named), "", told])
    if rows:
        lines += ["", _table(["parameter", "takes", "default", "what it does"], rows)]
    return "\n".join(lines)


def _objectives() -> str:
    rows = [
        [f"`{name}`{_is_default(name)}", _better(name), told, WHEN[name]]
        for name, told in {**SCORES, **COSTS}.items()
    ]
    head = ["objective", "better", "what it is", "when to search for it"]
    return f"## objective\n`objective`, beside `space`.\n\n{_table(head, rows)}"


def _recipes() -> str:
    names: dict[int, list[str]] = {}
    for name, recipe in RECIPES.items():
        names.setdefault(id(recipe), []).append(name)
    told = "\n\n".join(
        _recipe(RECIPES[same[0]], [f"`{name}`" for name in same]) for same in names.values()
    )
    return (
        "## Recipes\nKnown systems as points for `try_first`. Each is a file under "
        f"`search_spaces/recipes/` too.\n\n{told}"
    )


def _recipe(recipe: Recipe, names: Iterable[str]) -> str:
    rows = [[f"`{path}`", show_value(value), ""] for path, value in recipe.point.items()]
    rows += [
        [f"`{path}`", show_value(value), attributes.replace("+", ", ")]
        for attributes, point in recipe.where.items()
        for path, value in point.items()
    ]
    table = _table(["path", "value", "only where a study learns"], rows)
    about = f"{_sentence(recipe.help)} *When:* {recipe.when}."
    return f"### {', '.join(names)}\n{about}\n\n{table}"


def _is_default(objective: str) -> str:
    return " (default)" if objective == DEFAULT_OBJECTIVE else ""


def _better(objective: str) -> str:
    return "less" if objective in COSTS else "more"


def _parameter(parameter: Parameter) -> list[str]:
    idle = ""
    if parameter.idle is not None:
        other, value = parameter.idle
        idle = f"; does nothing where `{other}` is {show_value(value)}"
    return [_takes(parameter), _default(parameter.default), f"{parameter.help}{idle}"]


def _takes(parameter: Parameter) -> str:
    """Return the values allowed, in words."""
    if parameter.names:
        words = ", ".join(f"`{name}`" for name in parameter.names)
    else:
        words = {
            "number": "a number",
            "whole": "a whole number",
            "numbers": "three numbers",
            "flag": "true or false",
            "path": "a path",
            "text": "a word",
        }[parameter.kind]
    if parameter.low is not None and parameter.high is not None:
        words += f", {_bound(parameter.low)} to {_bound(parameter.high)}"
    elif parameter.low is not None:
        words += f", at least {_bound(parameter.low)}"
    return words + (", or none" if parameter.optional else "")


def _bound(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e7 else f"{value:g}"


def _default(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else show_value(value).lower()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines
    )


if __name__ == "__main__":
    print(page(), end="")
