"""The one place that lets a password out."""

from auditor.gate.breaker import LOCKOUTS, Breaker, BreakerLimits
from auditor.gate.turns import Gate, GrantedTurn

__all__ = ["LOCKOUTS", "Breaker", "BreakerLimits", "Gate", "GrantedTurn"]
