"""Runs calls in parallel, with a progress bar on a terminal."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")
R = TypeVar("R")


class Parallel:
    """Runs jobs on up to `workers` threads, and shows progress on a terminal."""

    def __init__(self, workers: int, console: Console) -> None:
        self._workers = workers
        self._console = console

    def map(self, what: str, job: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """The result of each job, in the order of the items. The first exception cancels the rest."""
        work = list(items)
        with self._progress() as progress, ThreadPoolExecutor(self._workers) as pool:
            task = progress.add_task(what, total=len(work))
            futures = [pool.submit(job, item) for item in work]
            try:
                for future in as_completed(futures):
                    future.result()
                    progress.advance(task)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
            return [future.result() for future in futures]

    def track(self, what: str, items: Iterable[T], total: int | None = None) -> Iterator[T]:
        """The items, one after the other; without a total, the bar shows only activity."""
        with self._progress() as progress:
            yield from progress.track(items, total=total, description=what)

    def _progress(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(
            *columns, console=self._console, transient=True, disable=not self._console.is_terminal
        )
