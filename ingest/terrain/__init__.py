"""Heights of the ground out of the coverages that a workspace holds: point clouds and elevation rasters."""

from .against import Difference, Held, held_against_terrain
from .coverages import TerrainCoverage, TerrainError, coverages_in
from .heights import REACH_M, Heights, height_at, heights_at

__all__ = [
    "REACH_M",
    "Difference",
    "Heights",
    "Held",
    "TerrainCoverage",
    "TerrainError",
    "coverages_in",
    "height_at",
    "heights_at",
    "held_against_terrain",
]
