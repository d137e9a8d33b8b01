"""Worker processes of one module: each gets orders as lines of JSON and answers each with one line."""

import json
import select
import subprocess
import sys
from typing import Any, Self

ANSWER_SECONDS = 60.0  # one order may take; a worker that says nothing for so long ends the run


class Crew:
    """`count` processes of `module`, started with `arguments`. Use it in a `with`; all are ended with the block."""

    def __init__(self, module: str, count: int, *arguments: str) -> None:
        self._command, self._count = [sys.executable, "-m", module, *arguments], count
        self._workers: list[subprocess.Popen[str]] = []

    def tell(self, **order: Any) -> None:
        """Give all of them the same order."""
        for worker in self._workers:
            assert worker.stdin is not None
            worker.stdin.write(json.dumps(order) + "\n")
            worker.stdin.flush()

    def hear(self) -> list[Any]:
        """What each of them answers. Raises TimeoutError, or RuntimeError when one has died."""
        return [self._hear(worker) for worker in self._workers]

    def ask(self, **order: Any) -> list[Any]:
        """What each of them answers to the same order."""
        self.tell(**order)
        return self.hear()

    @staticmethod
    def _hear(worker: "subprocess.Popen[str]") -> Any:
        assert worker.stdout is not None
        readable, _, _ = select.select([worker.stdout], [], [], ANSWER_SECONDS)
        if not readable:
            message = f"a worker said nothing for {ANSWER_SECONDS:.0f} s"
            raise TimeoutError(message)
        line = worker.stdout.readline()
        if not line:
            message = "a worker has ended"
            raise RuntimeError(message)
        return json.loads(line)

    def __enter__(self) -> Self:
        """Start them, and wait until each says that it is ready."""
        try:
            for _ in range(self._count):
                worker = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                self._workers.append(worker)
            self.hear()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        for worker in self._workers:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.close()
        for worker in self._workers:
            try:
                worker.wait(timeout=10.0)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            worker.stdout.close()
