"""What one measurement runs, each in a process of its own: `python -m bench.tasks.NAME ARGUMENTS`.

A task prints one line of JSON about what it did; `bench/measure.py` adds what the process took.
"""
