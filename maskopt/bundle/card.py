"""The model card: a bundle's `README.md` and its pictures, for people.

It is written from the bundle alone; `bundle.facts` holds what was measured, as plain values. Each
key may be missing, and the card then says nothing of it:

    scores      {"attributes": {name: SCORE}, "joint": SCORE or None,
                 "joint_reason": why there is no joint score, a sentence,
                 "how": how the scores came about, a sentence}
    SCORE       {"objective": "macro_f1", "score": 0.81, "low": 0.78, "high": 0.84,
                 "photos": 2700, "f1": one a class (None without a photo) or None,
                 "confusion": photos by target (row) and predicted class, or None};
                 low and high are None where there is no interval
    compared    [{"of": "age" or "joint", "chosen": "greedy",
                  "rows": [{"strategy": "greedy", "members": 3, "score", "low", "high"}]}]
    reason      why this vote was chosen, a sentence
    notes       [what else is to be known, sentences]
    splits      [{"study": "age", "folds": 5, "seed": 20, "group": "person", "photos": 2700,
                  "groups": 300, "fingerprint": "..."}]
    versions    {"torch": "2.15.0", ...}
    made        when, as ISO 8601
    preprocessing, label_policy   sentences, or plain values by name
"""

from __future__ import annotations

from pathlib import Path

from maskopt.ensembles import Bundle


def write_card(folder: Path, bundle: Bundle) -> None:
    """Write `README.md` and `pictures/*.svg` into a bundle's folder, before it is sealed."""
    (folder / "README.md").write_text(
        "# " + ", ".join(a.name for a in bundle.attributes) + "\n", encoding="utf-8"
    )
