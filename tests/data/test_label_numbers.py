"""A label policy needs numbers, which some photos do not tell."""

from pathlib import Path

from maskopt.spec import read_spec
from maskopt.sweep.photos import audit_photos


def write(tmp_path: Path, layout: str, photos: str) -> str:
    file = tmp_path / "age.yaml"
    file.write_text(
        f"study: age\ndata: {{photos: {photos}, layout: {layout}, group: none, attributes: "
        "{age: {cuts: [30], names: [young, old]}}}\nheads: [age]\n"
        "folds: {count: 2}\nbudget: {trials: 1, epochs: 1}\n"
        "space: {backbone: test_resnet, label_policy: [official, bins]}\n"
    )
    return str(file)


def test_folders_of_classes_tell_no_numbers(tmp_path, write_photo) -> None:
    for name in ("young/a.jpg", "young/b.jpg", "old/c.jpg", "old/d.jpg"):
        write_photo(tmp_path / "photos" / name)
    spec = read_spec(write(tmp_path, "classes", "photos"))
    found = audit_photos(spec, spec.data)
    assert found.errors == (
        f"{tmp_path / 'photos'}: photos tell classes of age and no numbers, which "
        "`space.label_policy` needs (bins); leave it out, or give a manifest with numbers",
    )


def test_a_manifest_tells_them(tmp_path, write_photo) -> None:
    rows = [f"{name}.jpg,{age}\n" for name, age in zip("abcd", (12, 29.5, 30, 61), strict=True)]
    for row in rows:
        write_photo(tmp_path / row.split(",")[0])
    (tmp_path / "photos.csv").write_text("path,age\n" + "".join(rows))
    spec = read_spec(write(tmp_path, "manifest", "photos.csv"))
    found = audit_photos(spec, spec.data)
    assert found.errors == ()
    assert found.table is not None
    assert found.table.numbers["age"].tolist() == [12, 29.5, 30, 61]
