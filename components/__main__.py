"""The plugin that makes the components available to programs in other languages.

The engine runs this directory and installs `requirements.txt`, a lock file; so the package is imported from
here instead of being installed.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import yaml
from pulumi.provider import main

HERE = Path(__file__).resolve().parent
PACKAGE = "pulumi_encrypted_tables"


def import_package() -> None:
    """Make this directory importable by its package's name.

    Raises:
        ImportError: the directory has no `__init__.py`.
    """
    spec = spec_from_file_location(PACKAGE, HERE / "__init__.py", submodule_search_locations=[str(HERE)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{HERE} is no package")
    sys.modules[PACKAGE] = package = module_from_spec(spec)
    spec.loader.exec_module(package)


if __name__ == "__main__":
    import_package()
    from pulumi_encrypted_tables.plugin import Plugin  # type: ignore[import-not-found]

    stated = yaml.safe_load((HERE / "PulumiPlugin.yaml").read_text(encoding="utf-8"))
    main(Plugin(stated["version"]), sys.argv[1:])
