"""The bodies of SMPL, SMPL-H and SMPL-X, from the user's own model files."""
