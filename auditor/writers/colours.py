"""How well letters stand out from what they stand on (WCAG 2.2, relative luminance and contrast ratio)."""

READABLE = 4.5
"""The least contrast of text of usual size (WCAG 2.2, 1.4.3)."""
_DARK, _LIGHT, _DARKEST = "111418", "FFFFFF", "000000"
_STEPS = 50


def luminance(colour: str) -> float:
    """Return the relative luminance of RRGGBB: 0 black, 1 white."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)  # noqa: PLR2004 - sRGB's own constants
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """Return the letters that stand out from a colour: light, dark, or black where neither is enough."""
    best = max((_LIGHT, _DARK), key=lambda ink: contrast(ink, colour))
    return best if contrast(best, colour) >= READABLE else _DARKEST


def as_ink(colour: str, ground: str = _LIGHT) -> str:
    """Return a colour for letters on a light ground: itself where it can be read, else as dark as needed."""
    shades = (
        bytes(part * step // _STEPS for part in bytes.fromhex(colour)) for step in range(_STEPS, -1, -1)
    )
    return next(
        shade.hex().upper() for shade in shades if not sum(shade) or contrast(shade.hex(), ground) >= READABLE
    )
