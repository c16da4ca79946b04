"""How a page is read: pure functions from a response to what it says. No clock, network or disk."""
