"""`make shell`: a shell, or one command, in a local run with the `dev` stack at hand."""

import os
import subprocess
import sys

from local_aws.local_run import local_run
from local_aws.process import LocalAwsError
from local_aws.stack import StackError
from tools.engine import EngineNotFoundError


def main() -> int:
    """Run the command given, or the user's shell, in a local run; return its exit status."""
    command = sys.argv[1:] or [os.environ.get("SHELL", "/bin/sh")]
    try:
        with local_run() as run:
            stack = run.stack("dev")
            stack.run("stack", "select").checked()
            print(run.description, file=sys.stderr)
            if not sys.argv[1:]:
                print(
                    "Try `pulumi up`; `exit` ends the local AWS and removes all that is in it.",
                    file=sys.stderr,
                )
            return subprocess.call(command, cwd=stack.project, env=dict(stack.environment))
    except (EngineNotFoundError, LocalAwsError, StackError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
