"""What is new, edited and gone, as entries of Atom and JSON feeds."""
