"""`make demo`: the walk-through, step by step, on the real engine and the local AWS."""

import sys
import time

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from local_aws.local_run import local_run
from local_aws.process import LocalAwsError
from local_aws.stack import StackError
from tools.engine import EngineNotFoundError
from walkthrough.steps import STEPS, Step, UnexpectedError, Walkthrough


def main() -> int:
    """Perform all steps; the exit status is 0 only when each was as expected."""
    console = Console(highlight=False)
    started = time.monotonic()
    try:
        with local_run() as run:
            console.print(f"[dim]{escape(run.description)}[/]")
            walkthrough = Walkthrough(
                run,
                run.stack("dev"),
                lambda line: console.print(Text("    ").append_text(Text.from_ansi(line, style="dim"))),
            )
            for number, step in enumerate(STEPS, 1):
                if not perform(console, number, step, walkthrough):
                    return 1
    except (EngineNotFoundError, LocalAwsError, StackError) as error:
        console.print(f"[red]{escape(str(error))}[/]")
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted: the local AWS and all that was in it are gone.")
        return 130
    console.print(f"\n[green]All {len(STEPS)} steps as expected[/], in {time.monotonic() - started:.0f} s.")
    return 0


def perform(console: Console, number: int, step: Step, walkthrough: Walkthrough) -> bool:
    """Perform a step and show what it saw; tell whether all was as expected."""
    console.print(f"\n[bold]{number}. {escape(step.title)}[/]\n   [dim]{escape(step.why)}[/]")
    try:
        for what, value in step.act(walkthrough):
            console.print(f"   [cyan]{escape(what)}:[/] {escape(value)}", soft_wrap=True)
    except UnexpectedError as difference:
        console.print(f"   [red]Step {number} ({escape(step.title)}) differs: {escape(str(difference))}[/]")
        return False
    console.print("   [green]as expected[/]")
    return True


if __name__ == "__main__":
    sys.exit(main())
