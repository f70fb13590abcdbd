"""HumanML3D: joint positions with texts, and the same texts on AMASS's files."""
