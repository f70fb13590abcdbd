"""Segments, mass, inertia and shape; retargeting; the Bullet world."""
