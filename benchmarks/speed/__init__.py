"""Parts of `throughput.py`: each side trains in a process of its own and is told when to run."""
