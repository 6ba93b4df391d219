"""The walk-through for people: shows each step, its reason and its results."""

import io
import sys
import time

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from encrypted_tables.engine.find import EngineNotFoundError
from encrypted_tables.engine.stack import StackError
from encrypted_tables.interruption import ignore_interruptions
from local.local_run import LocalRun, local_run
from local.process import LocalAwsError
from local.walkthrough.steps import STEPS, Step, UnexpectedError, Walkthrough


def demo() -> int:
    """Run all steps on a new local AWS. Return 0 only if each went as expected."""
    console = _console()
    started = time.monotonic()
    try:
        with local_run() as run:
            try:
                if not _perform_all(console, run):
                    return 1
            finally:
                ignore_interruptions()
    except (EngineNotFoundError, LocalAwsError, StackError) as error:
        console.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
        return 1
    console.print(f"\n[green]All {len(STEPS)} steps as expected[/], in {time.monotonic() - started:.0f} s.")
    return 0


def _console() -> Console:
    """Standard output; characters that it cannot show become question marks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False)


def _perform_all(console: Console, run: LocalRun) -> bool:
    def show(line: str) -> None:
        console.print(Text("    ").append_text(Text.from_ansi(line, style="dim")), soft_wrap=True)

    console.print(f"[dim]{escape(run.description)}[/]", soft_wrap=True)
    walkthrough = Walkthrough(run, run.stack("dev"), show)
    return all(perform(console, number, step, walkthrough) for number, step in enumerate(STEPS, 1))


def perform(console: Console, number: int, step: Step, walkthrough: Walkthrough) -> bool:
    """Run a step and show its results. Return whether all was as expected."""
    console.print(f"\n[bold]{number}. {escape(step.title)}[/]\n   [dim]{escape(step.why)}[/]")
    try:
        for what, value in step.act(walkthrough):
            console.print(f"   [cyan]{escape(what)}:[/] {escape(value)}", soft_wrap=True)
    except UnexpectedError as difference:
        console.print(f"   [red]Step {number} ({escape(step.title)}) differs: {escape(str(difference))}[/]")
        return False
    console.print("   [green]as expected[/]")
    return True
