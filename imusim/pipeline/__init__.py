"""One clip through all stages, and many clips into a corpus."""
