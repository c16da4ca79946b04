"""WACZ files: what is taken away of the archive, and what others have packed."""
