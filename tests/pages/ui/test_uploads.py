"""What the drop zone offers, the server takes."""

import tomllib
from pathlib import Path

from core.galleries.archive import MAX_ARCHIVE_BYTES
from pages.ui.uploads.zone import MOST_MEGABYTES

CONFIG = Path(__file__).parents[3] / ".streamlit" / "config.toml"


def test_a_zip_that_is_offered_to_be_taken_is_not_refused_by_the_server_or_the_gallery():
    settings = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert settings["server"]["maxUploadSize"] == MOST_MEGABYTES == MAX_ARCHIVE_BYTES // 2**20
