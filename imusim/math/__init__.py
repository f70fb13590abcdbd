"""Rotations, smoothing, derivatives, resampling: arrays in, arrays out."""
