"""Measures the archive beside its peers, on input of its own making: `python -m bench`, or `make bench`."""
