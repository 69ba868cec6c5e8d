"""Loads `rules/`, strictly: whatever does not fit is an error that names file and key."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from auditor.clouds import load_clouds
from auditor.consent_links import Links
from auditor.errors import RulesError
from auditor.model import AppProfile, Axis, Sureness
from auditor.rulebook import shapes
from auditor.rulebook.book import Outcome, Role, Rulebook, VerdictTable
from auditor.rulebook.check import Checker, vocabulary
from auditor.rulebook.consent_rules import ConsentBook, ConsentFile
from auditor.rulebook.files import Layer, layers
from auditor.rulebook.load_answers import OUTCOMES, load_answers
from auditor.rulebook.templates import Templates

T = TypeVar("T")
F = TypeVar("F", shapes.FixFile, shapes.FindingFile)


def load_rulebook(extra: Path | None = None) -> Rulebook:
    """Return the shipped rules, with those of the folder `extra` added or put in their place.

    Raises RulesError that lists the problems as `file: key: what is wrong`.
    """
    found = layers(extra)
    outcomes, roles, apps = _outcomes(found), _roles(found), _apps(found)
    check = Checker(vocabulary(outcomes), roles)
    answers = load_answers(found, outcomes)
    fixes = _collected(found, "fixes", shapes.FixFile, check.fix)
    findings = _collected(
        found, "findings", shapes.FindingFile, lambda name, file: check.finding(name, file, fixes)
    )
    verdicts = _verdicts(found, check)
    consent = _consent(found, check, outcomes)
    check.every_outcome_leads_on(outcomes, findings)
    check.done()
    return Rulebook(
        outcomes=outcomes,
        codes=answers.codes,
        dataverse=answers.dataverse,
        rules=answers.rules,
        sentences=answers.sentences,
        verdicts=verdicts,
        findings=tuple(findings.values()),
        fixes=fixes,
        roles=roles,
        service_words=_service_words(found),
        apps=apps,
        clouds=load_clouds(),
        consent=consent,
        templates=Templates(),
        links=Links(),
    )


def load_apps(extra: Path | None = None) -> Mapping[str, AppProfile]:
    """Return app profiles by name, without reading the rest of the rules; raises RulesError."""
    return _apps(layers(extra))


def merged(layers_of_items: "Iterator[list[tuple[str, str, T]]]") -> Mapping[str, T]:
    """Return id -> item over all layers, given (file, id, item) for each.

    A later layer overrides an earlier one; the same id twice in one layer raises RulesError.
    """
    result: dict[str, T] = {}
    for items in layers_of_items:
        first: dict[str, str] = {}
        for file, key, item in items:
            if key in first:
                raise RulesError(f"{file}: id: {key} stands in {first[key]} already", "ids are unique")
            first[key] = file
            result[key] = item
    return MappingProxyType(result)


def _collected(
    found: tuple[Layer, ...], folder: str, shape: type[F], convert: Callable[[str, F], T]
) -> Mapping[str, T]:
    return merged(
        [(name, file.id, convert(name, file)) for name, file in layer.read(folder, shape)] for layer in found
    )


def _outcomes(found: tuple[Layer, ...]) -> Mapping[str, Outcome]:
    result: dict[str, Outcome] = {}
    for layer in found:
        read = layer.read_one(f"answers/{OUTCOMES}", shapes.OutcomesFile)
        result |= {key: _outcome(key, file) for key, file in read[1].outcomes.items()} if read else {}
    return MappingProxyType(result)


def _outcome(name: str, file: shapes.OutcomeFile) -> Outcome:
    return Outcome(
        name=name,
        label=file.label,
        meaning=file.meaning,
        mark=file.password,
        says=MappingProxyType(file.says),
        hides=file.hides,
        refusal=file.refusal,
        inconclusive=file.inconclusive,
        benign=file.benign,
        beforehand=file.beforehand,
    )


def _roles(found: tuple[Layer, ...]) -> Mapping[str, Role]:
    result: dict[str, Role] = {}
    for layer in found:
        read = layer.read_one("roles.yaml", shapes.RolesFile)
        if read:
            result |= {key: Role(key, role.title, role.desk) for key, role in read[1].roles.items()}
    return MappingProxyType(result)


def _service_words(found: tuple[Layer, ...]) -> frozenset[str]:
    read = (layer.read_one("account_names.yaml", shapes.AccountNamesFile) for layer in found)
    return frozenset(word for one in read if one for word in one[1].service_words)


def _apps(found: tuple[Layer, ...]) -> Mapping[str, AppProfile]:
    return merged(
        [(name, file.name, _profile(file)) for name, file in layer.read("apps", shapes.AppFile)]
        for layer in found
    )


def _profile(file: shapes.AppFile) -> AppProfile:
    redirect = file.redirect_uri or shapes.SureText(value="", sure=Sureness.UNKNOWN)
    return AppProfile(
        name=file.name,
        title=file.title,
        client_id=file.client_id.value.lower(),
        client_id_sure=file.client_id.sure,
        grants=MappingProxyType(file.grants),
        signs_in_from=file.signs_in_from,
        redirect_uri=redirect.value,
        redirect_uri_sure=redirect.sure,
        individual_consent_enough=file.individual_consent_enough,
        sample=file.sample,
        notes=file.notes,
        sources=file.sources,
    )


def _consent(found: tuple[Layer, ...], check: Checker, outcomes: Mapping[str, Outcome]) -> ConsentBook:
    """Return the situations of consent: a folder's own list takes the place of ours."""
    read = [layer.read_one("consent.yaml", ConsentFile) for layer in found]
    name, file = next(one for one in reversed(read) if one is not None)
    return check.consent(name, file, outcomes)


def _verdicts(found: tuple[Layer, ...], check: Checker) -> Mapping[Axis, VerdictTable]:
    result: dict[Axis, VerdictTable] = {}
    for layer in found:
        for name, file in layer.read("verdicts", shapes.VerdictsFile):
            result[file.axis] = check.verdicts(name, file)
    missing = [axis.value for axis in Axis if axis not in result]
    if missing:
        raise RulesError(f"rules/verdicts: no file for {', '.join(missing)}")
    return MappingProxyType(result)
