"""One module a content system: its addresses, layouts and marks. A portal is a few facts on one of these."""
