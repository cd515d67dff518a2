"""Schemathesis for several documents, one after the other, imported once: `python -m tests.http.examining`
is told the arguments of each as a line of JSON, and says of each how it ended and what was printed.
"""

import gc
import json
import os
import sys
import tempfile
from collections.abc import Sequence

from schemathesis.cli import schemathesis


def examine(arguments: Sequence[str]) -> tuple[int, str]:
    """Let a process of its own do what the command does."""
    with tempfile.TemporaryFile("w+") as paper:
        if not (child := os.fork()):
            os.dup2(paper.fileno(), 1)
            os.dup2(paper.fileno(), 2)
            schemathesis(arguments)
        _, status = os.waitpid(child, 0)
        paper.seek(0)
        return os.waitstatus_to_exitcode(status), paper.read()


def main() -> None:
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # it makes much, and most of that stays
    for line in sys.stdin:
        print(json.dumps(examine(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
