"""Where accounts and environments belong: to which tenants, and to which clouds."""

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.clouds import Cloud, Clouds
from auditor.model import Case, Evidence, Known, Observed, Refusal, Subject, Why
from auditor.model import evidence as about
from auditor.rulebook.agreement import clouds_agree
from auditor.run.discovery import login_of


@dataclass(frozen=True, slots=True)
class Home:
    """The tenant that an account belongs to: domain, and id ("" where discovery could not tell)."""

    domain: str
    tenant_id: str


class Whereabouts:
    """Where accounts and environments belong, as discovery found it."""

    def __init__(self, seen: Mapping[tuple[Subject, str], Evidence], clouds: Clouds) -> None:
        self._seen, self._clouds = seen, clouds
        self._homes: dict[tuple[str, str], Home] = {}

    def home(self, case: Case) -> Home:
        """Return the tenant that a case's account belongs to."""
        key = (case.domain, login_of(self._clouds, case))
        if key not in self._homes:
            self._homes[key] = Home(case.domain, self._own(case, "tenant_id"))
        return self._homes[key]

    def elsewhere(self, case: Case) -> Refusal | None:
        """Return that an environment is not the account's tenant's, None where that is not known."""
        cloud, own = self.cloud(case), self.home(case).tenant_id
        authority, instance = self._there(case, "authority_host"), self._own(case, "cloud_instance")
        alike = clouds_agree(cloud, authority_host=authority, instance=instance)
        if isinstance(alike, Known) and alike.value == "no":
            return Refusal(Why.CLOUDS_DISAGREE, "")
        other = self._there(case, "tenant_id")
        apart = own and other and own != other
        return Refusal(Why.TENANTS_DISAGREE, f"account in {own}, environment in {other}") if apart else None

    def cloud(self, case: Case) -> Cloud:
        """Return the cloud that a case signs in to: its environment's."""
        found = self._clouds.of_environment(case.environment)
        assert found is not None, "the inventory admits only Dataverse hosts of known clouds"
        return found

    def _own(self, case: Case, detail: str) -> str:
        return self._detail(about.tenant(case.domain), login_of(self._clouds, case), detail)

    def _there(self, case: Case, detail: str) -> str:
        return self._detail(about.environment(case.environment), "", detail)

    def _detail(self, subject: Subject, login: str, detail: str) -> str:
        found = self._seen.get((subject, login))
        return str(found.details.get(detail) or "").lower() if isinstance(found, Observed) else ""
