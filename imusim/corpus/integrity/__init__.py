"""Whether a corpus is whole, and what can be mended in its folder."""
