"""The time that work takes of the processor, by which tests tell whether it grows with the square."""

import gc
from collections.abc import Callable
from time import process_time


def seconds(work: Callable[[], object], rounds: int = 2) -> float:
    """Those of the quickest round. Python's collector rests: its time grows with what other tests have left."""
    taken = list[float]()
    gc.disable()
    try:
        for _ in range(rounds):
            began = process_time()
            work()
            taken.append(process_time() - began)
    finally:
        gc.enable()
    return min(taken)
