"""Synthetic IMU data from motion capture."""
