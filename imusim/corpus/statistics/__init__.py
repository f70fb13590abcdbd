"""What is in a corpus, in numbers."""
