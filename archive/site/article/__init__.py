"""The page of an article: the text laid out, its versions compared, how to cite it."""
