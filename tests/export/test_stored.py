from pathlib import Path

from maskopt.data.decode import read_image
from maskopt.data.images import build_images
from maskopt.export.stored import Album, store_photos
from maskopt.labels import Attribute, Head, LabelSpace


def album(studies, cache: Path, name: str) -> Album:
    attribute = Attribute(name, ("no", "yes"))
    space = LabelSpace((Head((attribute,)),))
    table = studies.table(space.attributes)
    build_images(table, 32, cache)
    return Album(table, space, 32, cache)


def test_stored_photos_are_the_pixels_of_the_training(studies, tmp_path: Path) -> None:
    both = [album(studies, tmp_path / "cache", name) for name in ("mask", "age")]
    paths = store_photos(both, tmp_path, photos=4)
    assert paths == ["photos/00.png", "photos/01.png", "photos/02.png", "photos/03.png"]
    grey = [int(read_image(tmp_path / path, 32)[0, 0, 0]) for path in paths]
    assert grey == [0, 2, 5, 7]  # the photos of both studies are the same, and stand once
