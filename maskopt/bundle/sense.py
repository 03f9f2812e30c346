"""Whether a bundle's words make sense together: who votes on what, with which shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from maskopt.catalog import Parameter
from maskopt.catalog.views import MIXED
from maskopt.catalog.views import VIEWS as SEEN
from maskopt.ensembles import VIEWS, Bundle, Ensemble, Member
from maskopt.errors import did_you_mean
from maskopt.labels import Attribute

_ROUNDING = 1e-6
_LARGEST = 8192  # pixels: no network takes more, and a mangled number would ask for all memory


def nonsense(bundle: Bundle) -> list[str]:
    """Tell every contradiction in a bundle, one line each; none where it can be used."""
    return [
        *_attributes(bundle.attributes, "attributes"),
        *(line for place, one in enumerate(bundle.members) for line in _member(place, one)),
        *([] if bundle.members else ["members: there is none, and so nobody votes"]),
        *_votes(bundle),
        *_priors(bundle),
        *_photos(bundle),
    ]


def unknown_views(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tell each member whose networks see photos in a way that this version does not know.

    Args:
        members: As `bundle.json` has them, of the right form.
    """
    return [
        f"members[{place}].view: {name!r} is not known to this version of maskopt "
        f"(known: {', '.join(each for each in SEEN if each != MIXED)}); update maskopt"
        for place, member in enumerate(members)
        if (name := member.get("view", {}).get("name", "whole")) not in SEEN or name == MIXED
    ]


def odd_views(members: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tell each parameter of a view that is missing, unknown or out of bounds."""
    views = [each.get("view", {"name": "whole", "parameters": {}}) for each in members]
    return [
        f"members[{place}].view.parameters: {line}"
        for place, view in enumerate(views)
        for line in _odd(view["parameters"], SEEN[view["name"]].parameters)
    ]


def _odd(given: Mapping[str, Any], known: Mapping[str, Parameter]) -> Iterator[str]:
    if given.keys() != known.keys():
        yield f"{', '.join(known) or 'none'} are wanted, got {', '.join(given) or 'none'}"
        return
    for name, each in known.items():
        low, high, value = each.low or 0, each.high or 0, given[name]
        kinds = int if each.kind == "whole" else int | float
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            yield f"{name} must be a number in {low:g} to {high:g}, got {value!r}"


def _attributes(attributes: Sequence[Attribute], where: str) -> Iterator[str]:
    if not attributes:
        yield f"{where}: there is none"
    for name in _twice(attribute.name for attribute in attributes):
        yield f"{where}: {name!r} stands there twice"
    for attribute in attributes:
        if not attribute.classes:
            yield f"{where}: {attribute.name!r} has no classes"
        for name in _twice(attribute.classes):
            yield f"{where}: {attribute.name!r} has the class {name!r} twice"


def _member(place: int, member: Member) -> Iterator[str]:
    where = f"members[{place}]"
    heads = len(member.label_space.heads)
    yield from _attributes(member.label_space.attributes, f"{where}.label_space")
    if not 0 < member.image_size <= _LARGEST:
        yield f"{where}.image_size: must lie in 1 to {_LARGEST} pixels, got {member.image_size}"
    if min(member.std) <= 0:
        yield f"{where}.std: must be above 0, got {list(member.std)}"
    if not member.weights:
        yield f"{where}.weights: there is no file"
    if member.views not in VIEWS:
        hint = did_you_mean(member.views, VIEWS)
        yield f"{where}.views: unknown test-time augmentation {member.views!r}{hint}"
    if len(member.temperatures) not in (0, heads):
        yield f"{where}.temperatures: {heads} are wanted, got {len(member.temperatures)}"
    if any(temperature <= 0 for temperature in member.temperatures):
        yield f"{where}.temperatures: must be above 0, got {list(member.temperatures)}"


def _votes(bundle: Bundle) -> Iterator[str]:
    known = {attribute.name: attribute for attribute in bundle.attributes}
    for place, ensemble in enumerate(bundle.ensembles):
        where = f"ensembles[{place}]"
        if not ensemble.attributes:
            yield f"{where}: votes on no attribute"
        for name in ensemble.attributes:
            if name not in known:
                yield f"{where}: votes on {name!r}, which is no attribute of the bundle"
        yield from _shares(bundle, ensemble, where)
    counts = Counter(name for ensemble in bundle.ensembles for name in ensemble.attributes)
    for name in known:
        if counts[name] != 1:
            found = "in none" if not counts[name] else f"{counts[name]} times"
            yield f"ensembles: each attribute stands in exactly one, {name!r} stands {found}"


def _shares(bundle: Bundle, ensemble: Ensemble, where: str) -> Iterator[str]:
    attributes = {attribute.name: attribute for attribute in bundle.attributes}
    total = sum(ensemble.shares.values())
    if abs(total - 1) > _ROUNDING or min(ensemble.shares.values(), default=-1) < 0:
        yield f"{where}.shares: must be at least 0 and sum to 1, got a sum of {total:g}"
    for place in ensemble.shares:
        if not 0 <= place < len(bundle.members):
            count = len(bundle.members)
            yield f"{where}.shares: there is no member {place}; the bundle has {count} from 0 on"
            continue
        knows = {each.name: each for each in bundle.members[place].label_space.attributes}
        for name in ensemble.attributes:
            if name not in knows:
                yield f"{where}: member {place} votes on {name!r}, which it does not know"
            elif name in attributes and knows[name].classes != attributes[name].classes:
                yield f"{where}: member {place} knows other classes of {name!r} than the bundle"


def _priors(bundle: Bundle) -> Iterator[str]:
    for attribute in bundle.attributes:
        row = bundle.priors.get(attribute.name)
        if row is None:
            yield f"priors: {attribute.name!r} is missing"
        elif len(row) != len(attribute.classes):
            wanted = len(attribute.classes)
            yield f"priors[{attribute.name!r}]: one a class is wanted, {wanted}, got {len(row)}"
        elif abs(sum(row) - 1) > _ROUNDING or min(row) < 0:
            yield f"priors[{attribute.name!r}]: must be proportions that sum to 1"


def _photos(bundle: Bundle) -> Iterator[str]:
    wanted = {attribute.name: len(attribute.classes) for attribute in bundle.attributes}
    for place, photo in enumerate(bundle.photos):
        said = {name: len(row) for name, row in photo.probabilities.items()}
        # Where bundles were joined, a photo has what its own one said.
        if not said or not said.items() <= wanted.items():
            yield f"photos[{place}].probabilities: one a class of what it answers is wanted"


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
