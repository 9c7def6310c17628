"""Numbers as people read them: one way to write each, on every page and in the terminal."""

from collections.abc import Sequence

from .language import later, later_written, tr, tr_number, written

MINUS = "−"


def duration(seconds: float) -> str:
    """Write a duration with a unit that fits, to two or three digits: ``0.083 ms``, ``61 ms``.

    Times are compared with one another, so below a second all are in milliseconds.
    """
    if seconds >= 1:
        return f"{written(seconds, '.2f')} s"
    milliseconds = seconds * 1e3
    digits = 0 if milliseconds >= 10 else 1 if milliseconds >= 1 else 2
    if milliseconds < 0.1:
        digits = 3
    return f"{written(milliseconds, f'.{digits}f')} ms"


def long_duration(seconds: float) -> str:
    """Write seconds, minutes or hours: ``12 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def count(number: int, what: str) -> str:
    """Count things: ``1 table``, ``1,200 tables``."""
    return f"{written(number)} {tr_number(what, f'{what}s', number)}"


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
    return tr(later_percent(share))


def later_percent(share: float) -> str:
    """Write a share in English, for ``tr`` to write as any language does."""
    if share in (0, 1):
        return later_written(share, ".0%")
    digits = 1 if share < 0.1 or share >= 0.995 else 0
    if f"{share:.{digits}%}" == "0.0%":
        return later("under {share:.1%}", share=0.001)
    if f"{share:.{digits}%}" == "100.0%":
        return later("over {share:.1%}", share=0.999)
    return later_written(share, f".{digits}%")


def signed(number: float, digits: int = 3) -> str:
    """Write a number with its sign: ``+0.25``, ``−0.25``; what rounds to 0 has none."""
    return _with_minus(number, f"+.{digits}f")


def decimal(number: float, digits: int = 2) -> str:
    """Write a number: ``0.25``, ``−0.25``, and never a 0 with a minus."""
    return _with_minus(number, f".{digits}f")


def _with_minus(number: float, style: str) -> str:
    text = written(number, style)
    is_zero = float(format(number, style)) == 0
    return text.lstrip("+-") if is_zero else text.replace("-", MINUS)
