"""Frame-wise models."""
