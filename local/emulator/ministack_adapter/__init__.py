"""The only package that uses ministack: everything that the emulator takes from it or changes in it.

ministack has no plug-in interface, so this package uses names that are not part of a public API. Each is
checked at start; the canary then proves that they still have the intended effect.
"""

from .changes import *  # noqa: F403
from .identities import *  # noqa: F403
from .keys import *  # noqa: F403
from .modules import *  # noqa: F403
from .organizations import *  # noqa: F403
from .policies import *  # noqa: F403
from .request import *  # noqa: F403
from .tables import *  # noqa: F403
