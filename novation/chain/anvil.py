"""anvil as a process of ours: started, waited for, ended with the process that started it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

from novation.chain.components import anvil
from novation.chain.protocol import ChainError

START_WAIT = 20  # seconds


class Anvil:
    """A running anvil that answers on a socket file, `ipc`, and where `port` is given on that port too."""

    def __init__(self, options: Sequence[str], port: int = 0, wait: float = START_WAIT) -> None:
        """@raises ComponentUnavailable; ChainError where it does not start."""
        binary = anvil()
        self._folder = Path(tempfile.mkdtemp(prefix="anvil-"))
        self.ipc = self._folder / "ipc"
        command = [str(binary), *options, "--port", str(port), "--ipc", str(self.ipc)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.close = weakref.finalize(self, _end, self._process, self._folder, os.getpid())
        self._wait(wait)

    def _wait(self, seconds: float) -> None:
        """Until it answers: the file of a socket is there before anyone listens."""
        end = time.monotonic() + seconds
        while not listens(self.ipc):
            if self._process.poll() is not None or time.monotonic() > end:
                self._process.kill()
                said = self._process.communicate()[1].decode(errors="replace").strip().splitlines()
                self.close()
                raise ChainError(f"anvil does not start: {said[-1] if said else 'it says nothing'}")
            time.sleep(0.01)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None


def listens(path: Path) -> bool:
    """Whether someone takes connections at a socket's file."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(path)) == 0


def _end(process: subprocess.Popen[bytes], folder: Path, owner: int) -> None:
    if os.getpid() != owner:  # a fork of it ends
        return
    process.terminate()
    process.wait()
    if process.stderr is not None:
        process.stderr.close()
    shutil.rmtree(folder, ignore_errors=True)
