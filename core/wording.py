"""Numbers as people read them: one way to write each, on every page and in the terminal."""

from collections.abc import Sequence

from .language import tr, tr_number

MINUS = "−"


def duration(seconds: float) -> str:
    """Write a duration with a unit that fits, to two or three digits: ``0.083 ms``, ``61 ms``.

    Times are compared with one another, so below a second all are in milliseconds.
    """
    if seconds >= 1:
        return f"{seconds:.2f} s"
    milliseconds = seconds * 1e3
    digits = 0 if milliseconds >= 10 else 1 if milliseconds >= 1 else 2
    if milliseconds < 0.1:
        digits = 3
    return f"{milliseconds:.{digits}f} ms"


def long_duration(seconds: float) -> str:
    """Write seconds, minutes or hours: ``12 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def count(number: int, what: str) -> str:
    """Count things: ``1 table``, ``1,200 tables``."""
    return f"{number:,} {tr_number(what, f'{what}s', number)}"


def capital(text: str) -> str:
    """Begin a text with a capital letter; the others stay, as German nouns need them."""
    return text[:1].upper() + text[1:]


def joined(words: Sequence[str]) -> str:
    """List words: ``K``, ``K and L``, ``K, L and probes``."""
    if len(words) < 2:
        return "".join(words)
    return tr("{most} and {last}", most=tr(", ").join(words[:-1]), last=words[-1])


def percent(share: float) -> str:
    """Write a share: ``95%``, and below a tenth ``2.4%``; 0% and 100% are none and all."""
    if share in (0, 1):
        return f"{share:.0%}"
    digits = 1 if share < 0.1 or share >= 0.995 else 0
    text = f"{share:.{digits}%}"
    return {"0.0%": tr("under 0.1%"), "100.0%": tr("over 99.9%")}.get(text, text)


def signed(number: float, digits: int = 3) -> str:
    """Write a number with its sign: ``+0.25``, ``−0.25``; what rounds to 0 has none."""
    text = f"{number:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", MINUS)


def decimal(number: float, digits: int = 2) -> str:
    """Write a number: ``0.25``, ``−0.25``, and never a 0 with a minus."""
    text = f"{number:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)
