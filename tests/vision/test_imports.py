import subprocess
import sys

PROGRAM = """
import sys
import maskopt.vision.trial
loaded = "wandb" in sys.modules
import wandb
print(loaded, hasattr(wandb, "init"))
"""


def test_a_worker_does_not_load_wandb_which_timm_would_and_others_still_can():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False True\n", "")
