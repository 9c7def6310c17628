"""A data set that is downloaded when somebody asks for it: what all such have in common.

It is unpacked beside its place and moved there as a whole, so a folder that is there is complete.
"""

import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from ... import files
from ...errors import DownloadError, GalleryError
from ...language import later, tr
from ...progress import Progress, silent
from ..folder import FolderGallery
from .downloads import downloads_folder


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteSet(ABC):
    """A data set on the internet; a kind of it says how it is fetched and read."""

    key: str
    title: str
    description: str
    licence: str
    megabytes: int  # to download, about

    @property
    def root(self) -> Path:
        """Where it lies when it is there."""
        return downloads_folder() / self.key

    @property
    def is_here(self) -> bool:
        """Whether it has been downloaded, completely."""
        return self.root.is_dir()

    @property
    def how_to_get(self) -> str:
        """The sentence for a set that isn't here."""
        return later(
            "{title} is not on this machine yet; download it first ({megabytes} MB).",
            title=self.title,
            megabytes=self.megabytes,
        )

    def download(self, *, progress: Progress = silent) -> None:
        """Download and unpack the set, or go on where the last attempt stopped.

        Raises:
            DownloadError: it can't be fetched, is not the set, or another process is about to;
                nothing half-done is ever opened.
            StoreError: the home can't be written or is full.
        """
        with files.lock(self.root, self._refuse_to_wait):
            if self.is_here:
                return
            archives = downloads_folder() / f"{self.key}.archives"
            self._fetch(archives, progress)
            shutil.rmtree(archives, ignore_errors=True)

    def open(self, *, progress: Progress = silent) -> FolderGallery:
        """Open the downloaded set, all its splits together.

        Raises:
            GalleryError: it has not been downloaded, or was changed since.
        """
        if not self.is_here:
            raise GalleryError(self.how_to_get)
        return self._open(self.root, progress)

    @abstractmethod
    def _fetch(self, archives: Path, progress: Progress) -> None:
        """Fetch archives to a folder, and write ``root`` of them, whole or not at all."""

    @abstractmethod
    def _open(self, root: Path, progress: Progress) -> FolderGallery:
        """Open what was unpacked to a folder."""

    def _refuse_to_wait(self) -> None:
        raise DownloadError(
            tr("{title} is being downloaded already; wait until that is done.", title=self.title)
        )
