"""What was met with of late."""

from collections import OrderedDict
from collections.abc import Hashable


class Recent:
    """The `most` things that came last: a saving for who could ask somebody that remembers all of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._things: OrderedDict[Hashable, None] = OrderedDict()

    def has(self, thing: Hashable) -> bool:
        """Whether it is among them; if so it is the last of them now."""
        if thing in self._things:
            self._things.move_to_end(thing)
            return True
        return False

    def add(self, thing: Hashable) -> bool:
        """Whether it is not among them yet; from now on it is the last of them."""
        is_new = thing not in self._things
        self._things[thing] = None
        self._things.move_to_end(thing)
        if len(self._things) > self.most:
            self._things.popitem(last=False)
        return is_new
