"""Every parameter of every entry refuses what breaks its rule, and says the rule."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from maskopt.catalog import Parameter
from maskopt.catalog.parts import NUMBERS, PARTS
from maskopt.errors import SpecError
from maskopt.spec import read_spec
from maskopt.spec.values import rule

FILE = """\
study: a
data: {{attributes: {{m: {{cuts: [1], names: [x, y]}}, n: {{classes: [u, v]}}}}, group: none}}
heads: [m, n]
budget: {{trials: 1}}
space:
  backbone: resnet18
  {key}: {value}
"""
FREE = {"label_policy.cut.attribute"}  # any word may be an attribute's name


def parameters() -> Iterator[tuple[str, Parameter]]:
    yield from NUMBERS.items()
    for key, table in PARTS.items():
        for name, entry in table.items():
            if not entry.bound:  # those of timm's families are one another's
                yield from ((f"{key}.{name}.{each}", p) for each, p in entry.parameters.items())
            if entry.named:
                yield f"{key}.{name}.{'n' if entry.names == 'heads' else 'u'}", entry.named


BAD = [(path, each, bad) for path, each in parameters() if path not in FREE
       for bad in ("much", "-1", "1e12")
       if not (each.kind == "number" and each.low is None and bad != "much")]  # fmt: skip


@pytest.mark.parametrize(("path", "parameter", "bad"), BAD, ids=[f"{p}: {b}" for p, _, b in BAD])
def test_a_bad_value_is_refused_with_the_rule(
    tmp_path: Path, path: str, parameter: Parameter, bad: str
) -> None:
    key, *inside = path.split(".")
    value = f"{{{inside[0]}: {{{inside[1]}: {bad}}}}}" if inside else bad
    file = tmp_path / "a.yaml"
    file.write_text(FILE.format(key=key, value=value))
    with pytest.raises(SpecError) as caught:
        read_spec(file)
    start = f"{file}:7: `space.{path}` must be {rule(parameter)}, got "
    assert str(caught.value).splitlines()[0].startswith(start)
