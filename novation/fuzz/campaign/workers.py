"""Several processes, each with its own part of the plan and its own dice; what they report is added up here."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import cast

from novation.fuzz.campaign.corpus import stored
from novation.fuzz.campaign.report import Report
from novation.fuzz.campaign.run import Plan, Runner, nothing
from novation.fuzz.campaign.stages import Stages

SEEDS = 1000  # between one process's seed and the next: worker w of seed s has s * 1000 + w


class CampaignBroke(Exception):
    """The fuzzer itself failed; the message is its traceback."""


def run(plan: Plan, stages: Stages, workers: int = 1, tell: Callable[[Report], None] = nothing) -> Report:
    """A campaign. `tell` gets the sums so far, twice a second and more. Ctrl-C ends it early.

    @raises CampaignBroke.
    """
    total, start = Report(), time.perf_counter()
    plan = replace(plan, stored=tuple(stored(plan.folder)))

    def add(part: Report) -> None:
        total.add(part)
        total.seconds = time.perf_counter() - start
        tell(total)

    gc.collect()
    gc.freeze()  # the worlds live as long as the campaign: they are not looked through again, nor copied by a fork
    try:
        if workers == 1:
            _alone(replace(plan, seed=plan.seed * SEEDS), stages, add, total)
        else:
            _spread(plan, stages, workers, add, total)
    finally:
        gc.unfreeze()
    return total


def _alone(plan: Plan, stages: Stages, add: Callable[[Report], None], total: Report) -> None:
    runner = Runner(plan, stages, add)
    try:
        runner.run()
    except KeyboardInterrupt:
        total.interrupted = True
        add(runner.report)


def _spread(plan: Plan, stages: Stages, workers: int, add: Callable[[Report], None], total: Report) -> None:
    context = multiprocessing.get_context("fork")  # a live EVM survives it, so the worlds are deployed once
    stop = context.Event()
    readers: dict[Connection, BaseProcess] = {}
    for number in range(workers):
        calls = None if plan.calls is None else -(-plan.calls // workers)
        mine = plan.stored[number::workers]
        part = replace(plan, calls=calls, seed=plan.seed * SEEDS + number, stored=mine)
        reader, writer = context.Pipe(duplex=False)
        process: BaseProcess = context.Process(target=_work, args=(part, stages, stop, writer), daemon=True)
        process.start()
        writer.close()
        readers[reader] = process
    try:
        while readers:
            try:
                for ready in wait(list(readers)):
                    reader = cast(Connection, ready)
                    try:
                        found = reader.recv()
                    except EOFError:
                        readers.pop(reader).join()
                        continue
                    if isinstance(found, str):
                        raise CampaignBroke(found)
                    add(found)
                    if found.failures:
                        stop.set()
            except KeyboardInterrupt:
                total.interrupted = True
                stop.set()
    finally:
        stop.set()
        for left in readers.values():
            left.terminate()


def _work(plan: Plan, stages: Stages, stop: Event, writer: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process hears it and says when to stop
    try:
        Runner(plan, stages, writer.send).run(stop.is_set)
    except Exception:  # noqa: BLE001 - the first process raises it
        writer.send(traceback.format_exc())
    finally:
        writer.close()
