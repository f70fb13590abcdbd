"""DeepMimic's clips: files of its format, and those that pybullet carries."""
