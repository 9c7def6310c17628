"""Many play at once: ``python -m tools.feedback_load`` (Linux). Nobody's answers teach another's.

Every player opens Relevance feedback and plays a game: a query, a switch of the attention, and in
each round yes, no or nothing for every picture that it is asked about. Some have the same query,
but no two the same answers. What each sees after a round (the query's picture, the ranking, what it
is said to have answered, what it is asked next) must be what one player alone sees afterwards.

    python -m tools.feedback_load                     100 players, 3 rounds each
    python -m tools.feedback_load --save feedback     also writes assets/results/load-feedback.json
"""

import argparse
import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, ClassVar

from streamlit.proto.WidgetStates_pb2 import WidgetState

from core.model.attention import ATTENTION_MODES
from tools.class_load import Seat
from tools.load import PATIENCE, SCENES, Answer, Question, metering, save, summary
from tools.running_app import running

MOST_ASKED = 10  # pictures of a round
QUERIES = 20  # fewer than players: some share a query, as a class does
SOLO = 50  # games that are played again alone


@dataclass(frozen=True, slots=True)
class Plan:
    """What a player will do."""

    image: str
    attention: str
    rounds: tuple[tuple[str, ...], ...]  # Yes, No or nothing for each picture of a round

    @classmethod
    def drawn(cls, seed: int, rounds: int, names: Sequence[str]) -> "Plan":
        """Draw one; each round has an answer at least."""
        random = Random(seed)

        def said() -> tuple[str, ...]:
            return ("Yes", *random.choices(("Yes", "No", ""), k=MOST_ASKED - 1))

        image = random.choice(names)
        return cls(image, random.choice(ATTENTION_MODES), tuple(said() for _ in range(rounds)))


class Player(Seat):
    """A tab at Relevance feedback."""

    page_name: ClassVar[str] = "feedback"

    async def see(self) -> Answer:
        """Wait for the end of a run, and return what the page shows."""
        start = perf_counter()
        await asyncio.wait_for(self.news.wait(), PATIENCE)
        self.news.clear()
        return Answer(perf_counter() - start, self.shown(), "; ".join(self.problems))

    def shown(self) -> dict[str, tuple[str, ...]]:
        """Return the query's picture, the ranking with all that is said of it, and the questions.

        Raises:
            LookupError: there is no ranking.
        """
        grids = (it.new_element.bidi_component for it in self.all("bidi_component"))
        ranking = next(it for it in grids if it.id.endswith("grid-ranking"))
        tiles = json.loads(ranking.json or ranking.mixed.json)["tiles"]
        pictures = [it.new_element.imgs.imgs[0] for it in self.all("imgs")]
        return {
            "ranking": tuple(json.dumps(it, sort_keys=True) for it in tiles),
            "pictures": tuple(f"{it.alt} {it.url}" for it in pictures),
        }

    async def say(self, said: Sequence[str]) -> Answer:
        """Answer a round, and see what comes of it."""
        controls = [it.new_element.button_group.id for it in self.all("button_group")]
        asked = [it for it in controls if "answer-" in it]
        for id, word in zip(asked, said, strict=False):
            state = WidgetState(id=id)
            state.string_array_value.data.extend([word] if word else [])
            self.values[id] = state
        await self.press("Answer")
        answer = await self.see()
        for id in asked:  # the page takes them back
            del self.values[id]
        return answer


async def play(url: str, plan: Plan) -> list[Answer]:
    """Play a game to its end."""
    answers: list[Answer] = []
    try:
        async with Player.opened(url, image=plan.image, attention=plan.attention) as player:
            answers.append(await player.see())
            for said in plan.rounds:
                answers.append(await player.say(said))
    except Exception as error:
        missing = 1 + len(plan.rounds) - len(answers)
        answers += [Answer(0.0, {}, f"lost: {error!r}"[:200])] * missing
    return answers


async def measure(
    url: str, players: int, rounds: int, seed: int, meter: Callable[[int], dict[str, float]]
) -> dict[str, Any]:
    """Let many play at once, then one alone the same games."""
    names = [it["name"] for it in json.loads(SCENES.read_text())["scenes"]]
    chosen = Random(seed).sample(names, QUERIES)
    plans = [Plan.drawn(seed + i, rounds, chosen) for i in range(players)]
    start = perf_counter()
    games = await asyncio.gather(*(play(url, it) for it in plans))
    told = summary([(Question(()), it) for game in games for it in game], perf_counter() - start)
    told |= meter(told["answers"])
    again = Random(seed).sample(range(players), min(SOLO, players))
    wrong = 0
    for i in again:
        wrong += seen(await play(url, plans[i])) != seen(games[i])
    return told | {
        "compared_with_a_solo_run": len(again),
        "different_from_it": wrong,
        "different_games": len({str(seen(it)) for it in games}),
    }


def seen(game: Sequence[Answer]) -> list[dict[str, tuple[str, ...]]]:
    """Return what a player saw after each round."""
    return [it.rankings for it in game]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--players", type=int, default=100, help="at once (default: 100)")
    parser.add_argument("--rounds", type=int, default=3, help="of each game (default: 3)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", metavar="NAME", help="write assets/results/load-NAME.json")
    options = parser.parse_args()
    with TemporaryDirectory() as home, running(Path(home)) as server:
        asyncio.run(play(server.url, Plan("owl/03.jpg", "both", ())))  # it loads the model
        meter = metering([server.pid])
        told = asyncio.run(
            measure(server.url, options.players, options.rounds, options.seed, meter)
        )
    save(told, options.save, f"{options.players} players of {options.rounds} rounds at once")


if __name__ == "__main__":
    main()
