"""The same operations as nested loops, written to be read beside the formula."""
