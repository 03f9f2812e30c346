"""Parts of `whole_job.py`."""
