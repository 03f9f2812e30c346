"""Three epochs: the first of an old study, the others told by stage."""

from maskopt.records import EpochReport, Stage, profile_of

OLD = EpochReport(1, 0.5, 1.0, 1.1, 4.0)
TWO = EpochReport(
    2, 0.5, 1.0, 1.1, 4.0, spent={"start": 1.0, "data": 0.5, "forward": 2.5}, device="cuda"
)
THREE = EpochReport(
    3, 0.5, 1.0, 1.1, 4.0, spent={"data": 1.5, "forward": 2.0, "engine": 0.5}, device="cpu"
)


def test_stages_are_summed_over_reports_and_their_shares_are_of_all_seconds() -> None:
    profile = profile_of([OLD, TWO, THREE])
    assert profile.seconds == {"start": 1.0, "data": 2.0, "forward": 4.5, "engine": 0.5}
    assert list(profile.seconds) == [Stage.START, Stage.DATA, Stage.FORWARD, Stage.ENGINE]
    assert (profile.epochs, profile.unknown, profile.devices) == ((2, 3), (1,), {"cpu", "cuda"})
    assert (profile.total, profile.share(Stage.DATA), profile.share(Stage.OTHER)) == (8, 0.25, 0)


def test_a_profile_in_json_is_plain() -> None:
    assert profile_of([THREE]).to_dict() == {
        "epochs": [3],
        "devices": ["cpu"],
        "seconds": 4.0,
        "stages": {
            "data": {"seconds": 1.5, "share": 0.375},
            "forward": {"seconds": 2.0, "share": 0.5},
            "engine": {"seconds": 0.5, "share": 0.125},
        },
    }


def test_reports_of_old_studies_have_no_profile_and_look_as_they_did() -> None:
    assert profile_of([OLD]) is None
    assert profile_of([]) is None
    assert list(OLD.to_dict()) == [
        "epoch", "score", "train_loss", "valid_loss", "seconds", "scores",
    ]  # fmt: skip
    assert EpochReport(**THREE.to_dict()) == THREE
