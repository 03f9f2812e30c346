from pathlib import Path

import pytest

from maskopt.errors import SpecError
from maskopt.space import Choice, Domain, Fixed, FloatRange, IntRange, Option
from maskopt.spec import read_spec
from maskopt.spec.times import write_seconds

START = "study: a\ndata:\n  attributes: {m: {classes: [x, y]}}\n  group: none\nheads: [m]\n"
WHOLE = START + "budget: {trials: 3}\nspace:\n  backbone: resnet18\n"


def read_domain(tmp_path: Path, text: str) -> Domain:
    file = tmp_path / "a.yaml"
    file.write_text(f"{WHOLE}  {text}\n")
    return read_spec(file).space.domains[text.partition(":")[0]]


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("lr: 1e-4", Fixed(1e-4)),
        ("lr: 1.0E-4", Fixed(1e-4)),
        ("lr: .5", Fixed(0.5)),
        ("lr: '1e-4'", Fixed(1e-4)),
        ("lr: 1", Fixed(1.0)),
        ("lr: [1e-4, 1e-3]", Choice((Option(1e-4), Option(1e-3)))),
        ("lr: [1e-4]", Fixed(1e-4)),
        ("lr: {low: 1e-5, high: 3e-3, log: yes}", FloatRange(1e-5, 3e-3, log=True)),
        ("dropout: {low: 0, high: 0.5, step: 0.25}", FloatRange(0.0, 0.5, step=0.25)),
        ("batch_size: {low: 8, high: 64, log: true}", IntRange(8, 64, log=True)),
        ("image_size: {low: 64, high: 128, step: 32}", IntRange(64, 128, step=32)),
        ("image_size: 1_000", Fixed(1000)),
        ("clip: none", Fixed(None)),
        ("clip: ~", Fixed(None)),
        ("clip: [none, 1]", Choice((Option(None), Option(1.0)))),
        ("augmentation: none", Choice((Option("none"),))),
        ("accumulate: 2  # a comment", Fixed(2)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_value_is_read_as_what_its_key_takes(tmp_path: Path, text: str, domain: Domain) -> None:
    found = read_domain(tmp_path, text)
    assert found == domain
    if isinstance(domain, Fixed):
        assert isinstance(found, Fixed)
        assert type(found.value) is type(domain.value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("8h", 28800), ("90m", 5400), ("1h30m", 5400), ("45s", 45), ("2d", 172800), ("1.5h", 5400)],
)
def test_a_time_has_a_unit(tmp_path: Path, text: str, seconds: float) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(WHOLE.replace("{trials: 3}", f"{{time: {text}}}"))
    assert read_spec(file).budget.seconds == seconds


@pytest.mark.parametrize("text", ["36501d", "99999999h", f"{'9' * 400}s"])
def test_a_time_of_more_than_a_hundred_years_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(WHOLE.replace("{trials: 3}", "{time: 36500d}"))
    assert read_spec(file).budget.seconds == 36_500 * 86_400
    file.write_text(WHOLE.replace("{trials: 3}", f"{{time: {text}}}"))
    with pytest.raises(SpecError) as caught:
        read_spec(file)
    assert str(caught.value).partition(": ")[2] == (
        f"`budget.time` must be a time up to 36500d, got '{text}'; for no limit leave it out"
    )


@pytest.mark.parametrize("seconds", [28800.0, 5400.0, 0.5, 3661.25, 172800.0, 59.0])
def test_a_written_time_reads_as_the_same(tmp_path: Path, seconds: float) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(WHOLE.replace("{trials: 3}", f"{{time: {write_seconds(seconds)}}}"))
    assert read_spec(file).budget.seconds == seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(3600.000001, "1h"), (100.0, "1m40s"), (10.0, "10s"), (0.0, "0s")]
)
def test_a_written_time_is_short(seconds: float, text: str) -> None:
    assert write_seconds(seconds) == text


def test_names_stay_text_whatever_yaml_makes_of_them(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(WHOLE.replace("[x, y]", "[no, off, 1, 1e3, null, 2024-01-01]"))
    (attribute,) = read_spec(file).data.attributes
    assert attribute.classes == ("no", "off", "1", "1e3", "null", "2024-01-01")


def test_anchors_aliases_and_merge_keys_are_followed(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    shared = "x-rates: &rates {low: 1e-5, high: 1e-2, log: true}\n"
    merged = "  lr: *rates\n  weight_decay:\n    <<: *rates\n    high: 0.1\n"
    file.write_text(shared + WHOLE + merged)
    domains = read_spec(file).space.domains
    assert domains["lr"] == FloatRange(1e-5, 1e-2, log=True)
    assert domains["weight_decay"] == FloatRange(1e-5, 0.1, log=True)


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert read_spec(file).study == "a"


def test_paths_in_a_file_are_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    weights = tmp_path / "spaces" / "r.pth"
    weights.parent.mkdir()
    weights.touch()
    text = WHOLE.replace("  group", "  photos: ../photos\n  corrections: fixes.csv\n  group")
    Path("spaces/a.yaml").write_text(text.replace("resnet18", "{resnet18: {weights: r.pth}}"))
    spec = read_spec("spaces/a.yaml")
    assert spec.data.photos == str(tmp_path / "photos")
    assert spec.data.corrections == str(tmp_path / "spaces" / "fixes.csv")
    backbone = spec.space.domains["backbone"]
    assert isinstance(backbone, Choice)
    assert backbone.options[0].parameters == {"weights": Fixed(str(weights))}
