"""The page of the logbook: its words, and the picture of what each week's crawls have read."""
