"""A portal for each server that the environment names: the spiders, for crawls in processes of their own."""

import json
import os

from hostile_portal import Local

for _name, _home in json.loads(os.environ.get("TLS_HOMES", "{}")).items():
    _facts = {"name": _name, "homepage": _home, "__module__": __name__}
    globals()[_name.title()] = type(_name.title(), (Local,), _facts)
