"""The longer commands of `backan`, a file each; `crawler/cli.py` holds the group."""
