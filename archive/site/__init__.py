"""What the plugins in `datasette/` share: Datasette loads them one by one, so none can import another."""
