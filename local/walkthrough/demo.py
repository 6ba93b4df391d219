"""The walk-through for people: shows each step, its reason and its results."""

import io
import sys
import time

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
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
        _print(console, Text.from_ansi(line, style="dim"), indent=4)

    _print(console, Text(run.description, style="dim"), indent=0)
    walkthrough = Walkthrough(run, run.stack("dev"), show)
    return all(perform(console, number, step, walkthrough) for number, step in enumerate(STEPS, 1))


def print_title(console: Console, number: int, step: Step) -> None:
    """Print what a step does and why."""
    console.print(f"\n[bold]{number}. {escape(step.title)}[/]")
    _print(console, Text(step.why, style="dim"), indent=3)


def print_fact(console: Console, what: str, value: str) -> None:
    """Print something that a step saw."""
    _print(console, Text.assemble((f"{what}:", "cyan"), f" {value}"), indent=3)


def _print(console: Console, text: Text, *, indent: int) -> None:
    """Print indented lines: wrapped between words on a terminal, unwrapped elsewhere."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent), expand=False))
        return
    for line in text.split(allow_blank=True):
        console.print(Text(" " * indent).append_text(line), soft_wrap=True)


def perform(console: Console, number: int, step: Step, walkthrough: Walkthrough) -> bool:
    """Run a step and show its results. Return whether all was as expected."""
    print_title(console, number, step)
    try:
        for what, value in step.act(walkthrough):
            print_fact(console, what, value)
    except UnexpectedError as difference:
        console.print(f"   [red]Step {number} ({escape(step.title)}) differs: {escape(str(difference))}[/]")
        return False
    console.print("   [green]as expected[/]")
    return True
