"""The one door to the network."""

from auditor.network.addresses import host_of
from auditor.network.door import Door, DoorSettings, Reply
from auditor.network.moments import retry_after
from auditor.network.pacing import Pace

__all__ = ["Door", "DoorSettings", "Pace", "Reply", "host_of", "retry_after"]
