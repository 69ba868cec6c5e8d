"""The one place that lets a password out."""

from auditor.gate.breaker import Breaker, BreakerLimits
from auditor.gate.turns import Gate, GrantedTurn

__all__ = ["Breaker", "BreakerLimits", "Gate", "GrantedTurn"]
