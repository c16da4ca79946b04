"""One module per engine, and what engines share."""
