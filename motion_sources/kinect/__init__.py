"""Kinect skeletons of UTD-MHAD, MSR Action3D and NTU RGB+D."""
