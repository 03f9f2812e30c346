"""AutoGluon as it comes: `python -m rivals.autogluon_fit --train CSV --aside CSV --out CSV ...`.

Tables and answers are those of `finetune`. Prints JSON: seconds of predicting.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from importlib import import_module
from pathlib import Path

import pandas as pd


def main() -> None:
    """Train for the time given, predict and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("--train", "--aside", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="for training")
    chosen = parser.parse_args()
    predictor_class = import_module("autogluon.multimodal").MultiModalPredictor
    aside = pd.read_csv(chosen.aside)
    with tempfile.TemporaryDirectory() as folder:
        predictor = predictor_class(
            label="target", problem_type="multiclass", eval_metric="f1_macro", path=f"{folder}/run"
        )
        predictor.fit(train_data=pd.read_csv(chosen.train), time_limit=chosen.seconds)
        began = time.perf_counter()
        aside["predicted"] = predictor.predict(aside).to_numpy()
        aside.to_csv(chosen.out, index=False)
        print(json.dumps({"predict_seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
