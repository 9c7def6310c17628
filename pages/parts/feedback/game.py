"""The rounds of feedback: questions, answers, and the ranking that follows them."""

import streamlit as st

from pages.parts.feedback import rounds
from pages.parts.feedback.precision import guess_the_first_round, show_precision
from pages.parts.feedback.questions import show_questions
from pages.parts.feedback.ranking import show_ranking
from pages.parts.feedback.search import FeedbackSearch
from pages.ui.view import View


@st.fragment
def play(search: FeedbackSearch, shown: View) -> None:
    """Play the rounds from where they stand; an answer redraws them and nothing above."""
    game = rounds.current_game(search.key, search.start)
    guess_the_first_round(search, game)
    show_precision(search, game)
    show_questions(search, game)
    show_ranking(search, game, shown)
