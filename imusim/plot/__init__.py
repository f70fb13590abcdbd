"""Pictures of clips."""

from imusim.plot.clip import choose_sensors, known_sensors, plot_clip, preferred_sensors
from imusim.plot.figures import drawn_bones
from imusim.plot.ground import ground_forces
from imusim.plot.places import lost_samples, sensor_places

__all__ = [
    "choose_sensors",
    "drawn_bones",
    "ground_forces",
    "known_sensors",
    "lost_samples",
    "plot_clip",
    "preferred_sensors",
    "sensor_places",
]
