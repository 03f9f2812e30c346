"""The keys of a search-space file and what they take, for the reader and for the schema alike."""

from __future__ import annotations

from maskopt.catalog import Parameter

KEYS = {
    "study": "the study's name, and its folder's under `studies/`",
    "data": "where photos come from and what is known of them",
    "heads": "what is learned: one head an item, of one attribute or of a list of them",
    "auxiliary": "heads that only teach the backbone: neither scored nor exported",
    "folds": "how photos are split into folds, and on how many a trial is scored",
    "objective": "the score to maximise, over the product of the attributes that are scored; or a "
    "list, with costs to keep low beside it",
    "budget": "what a study may cost",
    "searcher": "what proposes trials",
    "pruner": "what ends unpromising trials",
    "referee": "share of paused trials that are finished anyway, to see how often the pruner is "
    "wrong",
    "noise": "other seeds that the best configuration is trained with at the end of a search",
    "pretrained": "where a backbone's first weights come from",
    "warm_start": "former studies whose best points are tried too",
    "try_first": "recipes by name, or points, tried before the search begins",
    "models": "several studies in one file: by name, what differs from the rest of the file",
    "space": "what may vary: a plain value is fixed, a list a choice, {low, high} a range",
}
REQUIRED = {
    "study": "name it: `study: age`",
    "data": "say what is known of the photos: `data: {attributes: ..., group: ...}`",
    "heads": "say what is learned: `heads: [age]`",
    "budget": "say what the study may cost: `budget: {trials: 60, epochs: 12}`",
    "space": "say what may vary: `space: {backbone: [resnet18, resnet34], lr: 1e-3}`",
}
"""What a file must say, with an example of how."""

FREE = "x-"
"""Top-level keys that begin so are read by nobody: a home for anchors."""

DATA = {
    "photos": "a folder in a known layout, or a manifest .csv; `--data` replaces it",
    "layout": "how facts are read from photos; guessed where left out",
    "attributes": "facts of a photo that can be learned",
    "group": "the fact that photos of one fold share, such as person; `none` must be said",
    "corrections": "a .csv of corrected facts: group or path, attribute, value",
    "built_in_people": "number of drawn people to use instead of photos",
}
LAYOUTS = {
    "people": "the competition's: 000001_female_Asian_45/mask1.jpg",
    "classes": "one folder a class, one attribute",
    "manifest": "a .csv with a column `path` and one column a fact",
}
ATTRIBUTE = {
    "classes": "names of the classes, in the order of their ids",
    "cuts": "rising bounds that cut a number into classes; a bound belongs to the upper class",
    "names": "names of the classes that the cuts make, one more than cuts",
}
PRETRAINED = {
    "auto": "pretrained weights where they can be had, otherwise from scratch, and says so",
    "require": "pretrained weights, otherwise the sweep does not start",
    "none": "from scratch",
}
DEFAULT_PRETRAINED = "auto"

BUILT_IN_PEOPLE = Parameter(
    "whole", None, 20, 100_000, optional=True, help=DATA["built_in_people"]
)
FOLDS = {
    "count": Parameter("whole", 5, 2, 100, help="folds that the photos are split into"),
    "use": Parameter("whole", 1, 1, 100, help="folds that a trial is scored on, one model each"),
    "seed": Parameter("whole", 20, 0, 2**31 - 1, help="which split it is"),
}
BUDGET = {
    "trials": Parameter(
        "whole", None, 1, 1_000_000, optional=True, help="complete and pruned trials in all"
    ),
    "epochs": Parameter("whole", 12, 1, 10_000, help="epochs of a full trial"),
    "gpus_per_trial": Parameter(
        "number", 1.0, 0.01, 64, help="GPUs that a trial takes; 0.5 lets two share one"
    ),
    "patience": Parameter(
        "whole",
        None,
        1,
        10_000,
        optional=True,
        help="epochs without a better score after which a trial ends itself",
    ),
    "disk": Parameter(
        "number", 20.0, 0.001, 1e6, help="gigabytes that checkpoints of paused trials may take"
    ),
    "cache": Parameter(
        "number", 50.0, 0.001, 1e6, help="gigabytes that decoded photos of all studies may take"
    ),
    "compile": Parameter(
        "text",
        "never",
        names=("never", "auto", "always"),
        help="whether training steps are compiled; auto: on a GPU, where the epochs left pay",
    ),
}
SEARCH = {
    "referee": Parameter("number", 0.05, 0.0, 0.5, help=KEYS["referee"]),
    "noise": Parameter("whole", 3, 0, 20, help=KEYS["noise"]),
}
PER_DEVICE = Parameter(
    "whole", None, 1, 64, optional=True, help="trials that share a GPU, or the CPU cores; or auto"
)
AUTO = "auto"
TIME_HELP = "wall time of one sweep: 8h, 90m, 1h30m, 45s"
