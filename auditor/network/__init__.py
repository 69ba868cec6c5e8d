"""The one door to the network."""

from auditor.network.door import Door, DoorSettings, Reply, host_of
from auditor.network.pacing import Pace

__all__ = ["Door", "DoorSettings", "Pace", "Reply", "host_of"]
