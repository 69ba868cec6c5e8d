"""Clocks: whose is far off from this machine's, in a sentence each."""

from collections.abc import Mapping

from auditor.network import Door


def clocks_off(door: Door) -> list[str]:
    """Return what the operator should know of clocks: one sentence for all hosts that agree."""
    return [_told(host, ahead) for host, ahead in sorted(_worst(door.clocks_off).items())]


def _worst(clocks: Mapping[str, float]) -> dict[str, float]:
    """Return each distinct offset once, to the minute, at the first host by name that shows it."""
    seen: dict[int, str] = {}
    for host in sorted(clocks):
        seen.setdefault(round(clocks[host] / 60), host)
    return {host: clocks[host] for host in seen.values()}


def _told(host: str, ahead: float) -> str:
    minutes = round(abs(ahead) / 60)
    days, hours = divmod(minutes // 60, 24)
    parts = [(days, "d"), (hours, "h"), (minutes % 60, "min")]
    length = " ".join(f"{number} {unit}" for number, unit in parts if number)
    return (
        f"this machine's clock is {length} {'behind' if ahead > 0 else 'ahead of'} that of {host}:"
        " certificates and federated sign-ins are refused for that"
    )
