from maskopt.report.effective import effective_view

RAN = {
    "device": {"device": "cpu", "threads": 1, "compile": None},
    "photos": {"folds": {"0": {"train": 4800, "valid": 12}}, "size": 32},
    "augmentation": [{"is": "HorizontalFlip", "p": 0.5}, {"is": "Blur", "sizes": [3, 5.25]}],
    "heads": {"age": {"classes": 3, "outputs": 12}},
    "loss": {"is": "Losses", "taught": [{"is": "Focal", "inner": {"is": "Mean"}}]},
    "schedule": {"epochs": [0.001, 0.0000123456]},
    "steps": {"nesterov": True, "drop": []},
    "plain": [],
}


def test_a_record_is_shown_in_lines_whatever_it_holds(render) -> None:
    assert render(effective_view(RAN), terminal=True) == (
        "what really ran\n"
        "device           device cpu, threads 1, compile none\n"
        "photos           size 32\n"
        "  folds\n"
        "    0            train 4,800, valid 12\n"
        "augmentation     HorizontalFlip(p 0.5)\n"
        "                 Blur(sizes [3, 5.25])\n"
        "heads\n"
        "  age            classes 3, outputs 12\n"
        "loss             Losses\n"
        "  taught         Focal(inner Mean)\n"
        "schedule         epochs [0.001, 1.2346e-05]\n"
        "steps            nesterov yes, drop none\n"
        "plain            none\n"
    )


def test_where_nothing_is_known_nothing_is_shown() -> None:
    assert effective_view({}) is None
