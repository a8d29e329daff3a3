"""How many stories pass each outcome: stories played again on the build with probes, each under a salt of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from novation.chain.abi import ZERO_ADDRESS
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Story
from novation.fuzz.probes.builds import replaced
from novation.fuzz.probes.hits import salt_address, salted_hits

MANY = 400_000  # accounts in a database, about 200 MB, after which a stage is built anew


def counts(
    stories: Iterable[Story], progress: Callable[[int], None] = lambda done: None, many: int = MANY
) -> Counter[int]:
    """Stories by outcome. Each begins with the deployment; a failing one counts as far as it goes. `progress` is told
    the stories done."""
    stages = Stages(modelled=False, check=False, replaced=replaced())
    found: Counter[int] = Counter()
    salt: Counter[str] = Counter()  # stories played on a world since it was built
    size: Counter[str] = Counter()
    for done, story in enumerate(stories, 1):
        engine = stages.game(story.world).stage.chain
        salt[story.world] += 1
        engine.set_coinbase(salt_address(salt[story.world]))
        stages.play(story)
        engine.set_coinbase(ZERO_ADDRESS)
        progress(done)
        if salt[story.world] % 64 == 0:
            size[story.world] = len(engine.looked_up())
        if size[story.world] > many:
            _collect(found, stages, story.world, salt[story.world])
            del stages.games[story.world]
            size[story.world] = salt[story.world] = 0
    for world in list(stages.games):
        _collect(found, stages, world, salt[world])
    return found


def _collect(found: Counter[int], stages: Stages, world: str, stories: int) -> None:
    """Adds what a stage has seen: under salts in stories, without one while it was deployed."""
    seen = salted_hits(stages.games[world].stage.chain)
    deployed = {number for salt, number in seen if not salt}
    found.update(dict.fromkeys(deployed, stories))
    found.update(number for _, number in seen if number not in deployed)
