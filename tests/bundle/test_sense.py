import pytest

from maskopt.bundle import read_bundle
from maskopt.errors import BundleError


def shares(document, **given):
    document["ensembles"][0]["shares"] = {
        place.strip("_"): share for place, share in given.items()
    }


def test_a_whole_bundle_makes_sense(place, bundles):
    assert read_bundle(place) == bundles.small_bundle()


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            lambda d: shares(d, _0=0.5, _1=0.25),
            "ensembles[0].shares: must be at least 0 and sum to 1, got a sum of 0.75",
        ),
        (
            lambda d: shares(d, _0=1.5, _1=-0.5),
            "ensembles[0].shares: must be at least 0 and sum to 1, got a sum of 1",
        ),
        (
            lambda d: shares(d),
            "ensembles[0].shares: must be at least 0 and sum to 1, got a sum of 0",
        ),
        (
            lambda d: shares(d, _0=0.5, _2=0.5),
            "ensembles[0].shares: there is no member 2; the bundle has 2 from 0 on",
        ),
        (
            lambda d: shares(d, _0=0.5, x=0.5),
            "ensembles[0].shares: names are whole numbers here, got 'x'",
        ),
        (
            lambda d: d["ensembles"][1].update(attributes=["mask", "age"]),
            "ensembles: each attribute stands in exactly one, 'age' stands 2 times",
        ),
        (
            lambda d: d["ensembles"].pop(),
            "ensembles: each attribute stands in exactly one, 'mask' stands in none",
        ),
        (
            lambda d: d["ensembles"][1].update(shares={"0": 1.0}),
            "ensembles[1]: member 0 votes on 'mask', which it does not know",
        ),
        (
            lambda d: d["members"][1]["label_space"][1][0].update(classes=["wear", "not"]),
            "ensembles[1]: member 1 knows other classes of 'mask' than the bundle",
        ),
        (
            lambda d: d["ensembles"][0]["attributes"].append("height"),
            "ensembles[0]: votes on 'height', which is no attribute of the bundle",
        ),
        (
            lambda d: d["priors"].update(age=[0.5, 0.5]),
            "priors['age']: one a class is wanted, 3, got 2",
        ),
        (
            lambda d: d["priors"].update(age=[0.5, 0.4, 0.2]),
            "priors['age']: must be proportions that sum to 1",
        ),
        (lambda d: d["priors"].pop("age"), "priors: 'age' is missing"),
        (
            lambda d: d["attributes"][1].update(classes=["young", "young", "senior"]),
            "attributes: 'age' has the class 'young' twice",
        ),
        (
            lambda d: d["members"][0].update(views="hflp"),
            "members[0].views: unknown test-time augmentation 'hflp'; did you mean 'hflip'?",
        ),
        (
            lambda d: d["members"][0].update(temperatures=[1.0, 2.0]),
            "members[0].temperatures: 1 are wanted, got 2",
        ),
        (
            lambda d: d["members"][0].update(temperatures=[0]),
            "members[0].temperatures: must be above 0, got [0]",
        ),
        (lambda d: d["members"][0].update(weights=[]), "members[0].weights: there is no file"),
        (
            lambda d: d["members"][0].update(image_size=10**9),
            "members[0].image_size: must lie in 1 to 8192 pixels, got 1000000000",
        ),
        (
            lambda d: d["members"][0].update(std=[1, 1, 0]),
            "members[0].std: must be above 0, got [1, 1, 0]",
        ),
        (
            lambda d: d["photos"][1]["probabilities"].update(age=[1.0]),
            "photos[1].probabilities: one a class of what it answers is wanted",
        ),
        (
            lambda d: d["photos"][1]["probabilities"].clear(),
            "photos[1].probabilities: one a class of what it answers is wanted",
        ),
        (
            lambda d: d["members"][1].update(trial="8"),
            "members[1].trial: a whole number is wanted, got '8'",
        ),
        (
            lambda d: d["members"][1].pop("config"),
            "members[1].config: is missing",
        ),
        (
            lambda d: d["members"][1].update(threshold=0.5),
            "members[1]: 'threshold' is unknown",
        ),
        (
            lambda d: d["members"][1].update(mean=[0.5]),
            "members[1].mean: 3 values are wanted, got 1",
        ),
    ],
)
def test_what_contradicts_itself_is_told(place, bundles, edit, told):
    bundles.change(place, edit)
    with pytest.raises(BundleError) as refused:
        read_bundle(place)
    lines = str(refused.value).splitlines()
    assert f"people.bundle: bundle.json: {told}" in lines
    assert lines[-1].startswith("people.bundle: is broken: ")
