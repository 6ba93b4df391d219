"""Makes the engine read its password dictionaries when it needs them.

With two copies of zxcvbn, `pulumi config set` recognises values that should be secret. Each copy parses its
dictionaries whenever the engine starts, which takes more than half of the time of a short command. The copies
of the modules that these functions write parse them at the first use.
"""

import shutil
from pathlib import Path

from encrypted_tables.terminal import AttemptFailedError

MODULES = ("github.com/ccojocar/zxcvbn-go", "github.com/nbutton23/zxcvbn-go")
# `matching.Omnimatch` loads the lists itself if they are not loaded.
CHANGES = {
    "frequency/frequency.go": [("func init() {", "// Load reads the lists.\nfunc Load() {")],
    "matching/matching.go": [
        ("func init() {\n\tloadFrequencyList()\n}\n", ""),
        ("func loadFrequencyList() {\n", "func loadFrequencyList() {\n\tfrequency.Load()\n"),
    ],
}


def module_file(original: Path, directory: Path, modules: dict[str, Path]) -> Path:
    """Write a go.mod, with its go.sum, that replaces these modules by changed copies; return its path.

    Args:
        original: the engine's go.mod.
        directory: where to write.
        modules: the directories of `MODULES`.

    Raises:
        AttemptFailedError: the modules are not as expected.
    """
    lines = []
    for number, (module, source) in enumerate(modules.items()):
        copy = directory / f"zxcvbn-{number}"
        shutil.copytree(source, copy)
        for file, changes in CHANGES.items():
            (copy / file).write_text(_changed((copy / file).read_text(), changes, f"{module}/{file}"))
        if not (copy / "go.mod").exists():  # a module from before Go's modules
            (copy / "go.mod").write_text(f"module {module}\n")
        lines.append(f"replace {module} => {copy}\n")
    written = directory / "go.mod"
    written.write_text(original.read_text() + "\n" + "".join(lines))
    shutil.copy(original.with_suffix(".sum"), written.with_suffix(".sum"))
    return written


def _changed(text: str, changes: list[tuple[str, str]], file: str) -> str:
    for before, after in changes:
        if text.count(before) != 1:
            raise AttemptFailedError(
                f"a build from Go modules: {file} does not contain {before!r} exactly once. "
                f"Change {__name__} for this version."
            )
        text = text.replace(before, after)
    return text
