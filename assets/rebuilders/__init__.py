"""One module a source: how each file in assets/ is made from a published package."""
