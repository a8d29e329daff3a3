"""The stories that were the first to reach something, on disk: one a file, replayed before anything new is drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from novation.fuzz.campaign.story import Story, StoryError, load


class Corpus:
    """Stories in memory and, where there is a folder, on disk. Several processes may add to one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.stories: list[Story] = []
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def stored(self) -> Iterator[Story]:
        """What the folder holds, in the order of the names. Stories whose action is gone or renamed are passed over.

        @raises OSError.
        """
        if self.folder is None:
            return
        for path in sorted(self.folder.glob("*.txt")):
            try:
                found = load(path)
            except StoryError:
                continue  # of another version of the actions
            yield from found

    def add(self, story: Story) -> None:
        """Keeps a story."""
        self.stories.append(story)
        if self.folder is not None:
            line = str(story)
            name = f"{story.world}-{hashlib.sha256(line.encode()).hexdigest()[:16]}.txt"
            (self.folder / name).write_text(line + "\n", encoding="utf-8")
