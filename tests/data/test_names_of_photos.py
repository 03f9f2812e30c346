"""What samplers and augmentations name must be among the photos: told before the first trial."""

from pathlib import Path

from maskopt.spec import read_spec
from maskopt.sweep.photos import audit_photos

SAMPLER = "[shuffled, factors: {old: 2, 'age 20-29': 3, '90+': {low: 1, high: 2}}]"


def write(tmp_path: Path, layout: str, photos: str) -> str:
    file = tmp_path / "age.yaml"
    file.write_text(
        f"study: age\ndata: {{photos: {photos}, layout: {layout}, group: none, attributes: "
        "{age: {cuts: [30], names: [young, old]}}}\nheads: [age]\n"
        "folds: {count: 2}\nbudget: {trials: 1, epochs: 1}\n"
        f"space: {{backbone: test_resnet, sampler: {SAMPLER}}}\n"
    )
    return str(file)


def test_folders_of_classes_hold_no_range_of_numbers(tmp_path, write_photo) -> None:
    for name in ("young/a.jpg", "young/b.jpg", "old/c.jpg", "old/d.jpg"):
        write_photo(tmp_path / "photos" / name)
    spec = read_spec(write(tmp_path, "classes", "photos"))
    untold = f"{tmp_path / 'photos'}: photos tell classes of age and no numbers, which"
    assert audit_photos(spec, spec.data).errors == tuple(
        f"{untold} {name!r} of `space.sampler.factors` needs; name a class, or give numbers"
        for name in ("age 20-29", "90+")
    )


def test_a_range_without_a_photo_is_told(tmp_path, write_photo) -> None:
    rows = [f"{name}.jpg,{age}\n" for name, age in zip("abcd", (12, 20, 30, 61), strict=True)]
    for row in rows:
        write_photo(tmp_path / row.split(",")[0])
    (tmp_path / "photos.csv").write_text("path,age\n" + "".join(rows))
    spec = read_spec(write(tmp_path, "manifest", "photos.csv"))
    assert audit_photos(spec, spec.data).errors == (
        f"{tmp_path / 'photos.csv'}: no photo is of '90+', which `space.sampler.factors` names; "
        "leave it out",
    )
