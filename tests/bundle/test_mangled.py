import json
from operator import setitem
from random import Random

import pytest

from maskopt.bundle import read_bundle
from maskopt.errors import BundleError

ODD = [
    None,
    True,
    0,
    -1,
    1e308,
    10**400,
    float("nan"),
    "",
    "\ud800",
    "../x",
    [],
    {},
    [[]],
    {"a": 1},
]


def places_in(value, path=()):
    """Give the path of every value inside, outer ones first."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in inside:
        yield (*path, name)
        if isinstance(each, dict | list):
            yield from places_in(each, (*path, name))


def parent_of(document, path):
    for name in path[:-1]:
        document = document[name]
    return document


def told(place):
    """Read a bundle; return its complaints, none if it could be read."""
    try:
        read_bundle(place)
    except BundleError as error:
        str(error).encode()  # it can be printed
        return str(error).splitlines()
    return []


def test_no_odd_value_in_any_place_is_a_crash(place, bundles):
    sound = (place / "bundle.json").read_text()
    paths = [path for path in places_in(json.loads(sound)) if path[0] != "digest"]
    complaints = []
    for number, path in enumerate(paths):
        for odd in [ODD[(number + k) % len(ODD)] for k in range(2)]:
            (place / "bundle.json").write_text(sound)
            bundles.change(place, lambda d, p=path, o=odd: setitem(parent_of(d, p), p[-1], o))
            complaints.append(told(place))
    assert len(complaints) > 250
    assert sum(bool(lines) for lines in complaints) > 200
    assert all(line.startswith(str(place)) for lines in complaints for line in lines)


def test_no_missing_value_is_a_crash(place, bundles):
    sound = (place / "bundle.json").read_text()
    for path in list(places_in(json.loads(sound))):
        (place / "bundle.json").write_text(sound)
        bundles.change(place, lambda d, p=path: parent_of(d, p).pop(p[-1]))
        if len(path) == 1 and path[0] not in ("digest", "format"):
            assert told(place)[0] == f"{place}: bundle.json: {path[0]}: is missing"
        else:
            told(place)


def test_broken_bytes_are_refused_and_never_a_crash(place):
    sound = (place / "bundle.json").read_bytes()
    random = Random(0)
    for _ in range(300):
        broken = bytearray(sound)
        for _ in range(random.randint(1, 3)):
            broken[random.randrange(len(broken))] = random.randrange(256)
        cut = random.randrange(len(broken)) if random.random() < 0.3 else len(broken)
        (place / "bundle.json").write_bytes(broken[:cut])
        assert told(place) or json.loads(broken) == json.loads(sound)


@pytest.mark.parametrize("depth", [400, 950, 5_000, 200_000])
def test_deep_nesting_is_no_crash(place, bundles, depth):
    text = (place / "bundle.json").read_text()
    deep = text.replace('"facts": {', '"facts": {"deep": ' + "[" * depth + "]" * depth + ",")
    (place / "bundle.json").write_text(deep)
    assert told(place)[-2] in (
        f"{place}: bundle.json: is nested too deeply",
        f"{place}: bundle.json: was changed since it was written, its digest differs",
    )
