"""Text to model and back: programme folder, workbook, JSON Schema, scenarios."""

from fabstack.formats.loading import Loaded, load, read
from fabstack.formats.places import Place
from fabstack.formats.saving import digest, save

__all__ = ["Loaded", "Place", "digest", "load", "read", "save"]
