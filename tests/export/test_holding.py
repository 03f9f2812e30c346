import pytest

from maskopt.errors import StudyError
from maskopt.export.holding import holding
from maskopt.export.sources import read_sources


def test_a_study_is_exported_by_one_process_at_a_time(studies) -> None:
    studies.add("age", "[age]", [0.1])
    sources = read_sources(studies.options("age", members=1))
    with holding(sources), pytest.raises(StudyError) as told, holding(sources):
        pass
    assert str(told.value) == (
        "study 'age' is being exported by another process; wait for it: what it trains is used "
        "by this command too"
    )
    with holding(sources):
        pass
