"""Named locations and authentication strengths as Graph and PowerShell write them."""

from typing import Annotated

from auditor.directory.locations import Location
from auditor.directory.policies import Strength
from auditor.directory.values import Many, Shape, Texts, Whole, Word, Words, numbered
from auditor.model import Truth

# the strengths that Microsoft delivers: MFA, passwordless MFA, phishing-resistant MFA
_BUILT_IN = frozenset(f"00000000-0000-0000-0000-00000000000{number}" for number in (2, 3, 4))
_BUILT_IN_NAMES = frozenset({"multifactor authentication", "passwordless mfa", "phishing-resistant mfa"})
# ways of signing in that are one factor, and those that are two in one (authenticationMethodModes)
_SINGLE = frozenset({"password", "sms", "federatedsinglefactor", "x509certificatesinglefactor", "qrcodepin"})
_MULTI = frozenset(
    {
        "windowshelloforbusiness",
        "fido2",
        "x509certificatemultifactor",
        "devicebasedpush",
        "temporaryaccesspassonetime",
        "temporaryaccesspassmultiuse",
        "federatedmultifactor",
    }
)


class StrengthShape(Shape):
    """An authentication strength, or as much of it as a policy names."""

    id: Word = ""
    displayname: str = ""
    requirementssatisfied: Words = frozenset()
    allowedcombinations: Texts = ()

    def strength(self) -> Strength:
        """Return the strength; it means MFA where Graph says so, or where all it allows is MFA."""
        ways = frozenset(text.replace(" ", "").lower() for text in self.allowedcombinations)
        mfa = self._mfa(ways)
        password = Truth.FAILS if mfa is Truth.HOLDS or ways else Truth.UNANSWERED
        if "password" in ways:
            password = Truth.HOLDS
        return Strength(self.id, self.displayname or self.id, mfa, password)

    def _mfa(self, ways: frozenset[str]) -> Truth:
        if ways & _SINGLE:
            return Truth.FAILS
        if self.id in _BUILT_IN or "mfa" in self.requirementssatisfied:
            return Truth.HOLDS
        if ways:
            return Truth.HOLDS if all("," in way or way in _MULTI for way in ways) else Truth.UNANSWERED
        return Truth.HOLDS if self.displayname.lower() in _BUILT_IN_NAMES else Truth.UNANSWERED


class _Range(Shape):
    cidraddress: str = ""


class LocationShape(Shape):
    """A named location: ranges of addresses, countries, or neither (a compliant network)."""

    id: Word
    displayname: str = ""
    istrusted: bool = False
    ipranges: Annotated[tuple[Annotated[_Range, Whole], ...], Many] = ()
    countriesandregions: Words = frozenset()
    countrylookupmethod: Annotated[frozenset[str], numbered("clientipaddress", "authenticatorappgps")] = (
        frozenset()
    )
    includeunknowncountriesandregions: bool = False

    def location(self) -> Location:
        """Return the location; its country comes from the address unless the export says otherwise."""
        return Location(
            self.id,
            self.displayname or self.id,
            tuple(found.cidraddress for found in self.ipranges),
            trusted=self.istrusted,
            countries=self.countriesandregions,
            by_address=not self.countrylookupmethod - {"clientipaddress"},
            unknown_countries=self.includeunknowncountriesandregions,
        )
