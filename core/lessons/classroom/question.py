"""A question to a class."""

from dataclasses import dataclass
from typing import Self

from ...errors import SettingError
from ...language import later, tr

OPTIONS = range(2, 7)  # how many a question may have
MAX_TEXT, MAX_OPTION, MAX_WHY = 300, 120, 400  # characters
RIGHT = "*"  # before the right option, where a teacher writes them


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassQuestion:
    """What is asked, with the options to choose from.

    Raises:
        SettingError: too long, too few or too many options, one of them twice, or a right answer
            that is not an option.
    """

    text: str
    options: tuple[str, ...]
    right: str | None = None  # None: a matter of opinion
    why: str = ""
    where: str = ""  # the relative address of the view that shows it

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise SettingError(tr("The question is empty; write something."))
        check_length(
            self.text, MAX_TEXT, later("The question has {n} characters; shorten it to {most}.")
        )
        for option in self.options:
            if not option.strip():
                raise SettingError(tr("The option is empty; write something."))
            check_length(
                option, MAX_OPTION, later("The option has {n} characters; shorten it to {most}.")
            )
        check_length(
            self.why, MAX_WHY, later("The reason has {n} characters; shorten it to {most}.")
        )
        if len(self.options) not in OPTIONS:
            raise SettingError(
                tr(
                    "A question has {fewest} to {most} options, this one has "
                    "{n_options}; write each on a line of its own.",
                    fewest=OPTIONS[0],
                    most=OPTIONS[-1],
                    n_options=len(self.options),
                )
            )
        if len(set(self.options)) < len(self.options):
            raise SettingError(tr("Two options are the same; change one of them."))
        if self.right is not None and self.right not in self.options:
            raise SettingError(
                tr("The right answer, {right}, is no option; make it one.", right=self.right)
            )

    @classmethod
    def written(cls, text: str, options: str) -> Self:
        """Read a question as a teacher types it.

        Args:
            text: what is asked.
            options: a line each; the right one, if any, begins with ``RIGHT``.

        Raises:
            SettingError: as for the class, or two options are marked as right.
        """
        lines = [line.strip() for line in options.splitlines() if line.strip()]
        right = [_unmarked(line) for line in lines if line.startswith(RIGHT)]
        if len(right) > 1:
            raise SettingError(
                tr(
                    "{n_right} options begin with {mark}; mark one as right.",
                    n_right=len(right),
                    mark=RIGHT,
                )
            )
        return cls(
            text=text.strip(),
            options=tuple(map(_unmarked, lines)),
            right=right[0] if right else None,
        )


def _unmarked(line: str) -> str:
    return line.removeprefix(RIGHT).strip()


def check_length(text: str, most: int, sentence: str) -> None:
    """Refuse a text that is too long.

    Args:
        text: as somebody has written it.
        most: characters.
        sentence: to say of one that has ``{n}`` and not ``{most}``.

    Raises:
        SettingError: it has more.
    """
    if len(text) > most:
        raise SettingError(tr(sentence, n=len(text), most=most))
