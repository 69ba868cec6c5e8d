"""After how many refusals a tenant stops: the run's limits, and the clouds' own."""

from collections.abc import Callable, Iterable

from auditor.gate import BreakerLimits
from auditor.run.interface import Settings, Tools
from auditor.run.scope import Plan


def tenant_limits(plans: Iterable[Plan], settings: Settings, tools: Tools) -> Callable[[str], BreakerLimits]:
    """Return each tenant's limits: tighter where the cloud of one of its environments locks sooner."""
    most: dict[str, int] = {}
    for plan in plans:
        cloud = tools.clouds.of_environment(plan.case.environment)
        limit = settings.cloud_refusals.get(str(cloud.name), 0) if cloud else 0
        if limit:
            most[plan.tenant_id] = min(limit, most.get(plan.tenant_id, limit))

    def limits(tenant: str) -> BreakerLimits:
        return settings.breaker.at_most(most[tenant]) if tenant in most else settings.breaker

    return limits
