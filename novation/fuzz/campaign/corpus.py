"""The stories that were the first to reach something, on disk: one a file, replayed before anything new is drawn."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from novation.fuzz.campaign.story import Story, load


class Corpus:
    """Stories in memory and, where there is a folder, on disk. Several processes may add to one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.stories: list[Story] = []
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def add(self, story: Story) -> None:
        """Keeps a story."""
        self.stories.append(story)
        if self.folder is not None:
            line = str(story)
            name = f"{story.world}-{hashlib.sha256(line.encode()).hexdigest()[:16]}.txt"
            fresh = self.folder / f"{name}.{os.getpid()}"
            fresh.write_text(line + "\n", encoding="utf-8")
            fresh.replace(self.folder / name)  # another process sees all of it or nothing


def stored(folder: Path | None) -> list[Story]:
    """What a folder holds, in the order of the names. @raises OSError; StoryError for a story whose action is gone."""
    if folder is None or not folder.is_dir():
        return []
    return [story for path in sorted(folder.glob("*.txt")) for story in load(path)]
