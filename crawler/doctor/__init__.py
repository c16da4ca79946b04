"""What may be wrong with an archive and the portals it is made of, and what to do. Nothing here writes."""
