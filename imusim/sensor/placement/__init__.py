"""Where sensors sit on a body: named places, layouts of public data sets, and one's own."""

from imusim.sensor.placement.files import layouts, load_layout, placements
from imusim.sensor.placement.model import Axes, Citation, Layout, Placement
from imusim.sensor.placement.names import find_placements
from imusim.sensor.placement.seat import Seat, check_on_body, joint_seat, seat

__all__ = [
    "Axes",
    "Citation",
    "Layout",
    "Placement",
    "Seat",
    "check_on_body",
    "find_placements",
    "joint_seat",
    "layouts",
    "load_layout",
    "placements",
    "seat",
]
