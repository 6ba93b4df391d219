"""The template's files are the program's own, linked, and nothing else."""

import subprocess

from local.local_run import ROOT

TEMPLATE = ROOT / "template"
OF_THE_PLUGIN = {"__main__.py", "plugin.py"}


def test_the_template_has_the_whole_component() -> None:
    """If not: `cd template && for f in ../components/*.py; do ln -sf "../$f" components/; done`, without these two."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "py.typed"],
        cwd=ROOT / "components",
        capture_output=True,
        text=True,
        check=True,
    )
    needed = set(listed.stdout.split()) - OF_THE_PLUGIN

    linked = {file.name: file.resolve() for file in (TEMPLATE / "components").iterdir()}

    assert linked == {name: ROOT / "components" / name for name in needed}


def test_the_template_has_the_program_and_only_listed_other_files() -> None:
    linked = {file.name for file in TEMPLATE.iterdir() if file.is_symlink()}
    own = {file.name for file in TEMPLATE.iterdir() if file.is_file() and not file.is_symlink()}

    assert linked == {"__main__.py", "config.py", "first_table.py", "requirements.txt"}
    assert own == {"Pulumi.yaml", "README.md", ".gitignore"}
