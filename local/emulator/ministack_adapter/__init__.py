"""The one package that touches ministack: all that the emulator takes from it, and all it changes in it.

ministack has no plug-in interface, so names that it does not promise are used here. Each is
asserted at start; the canary then proves that using them still has the effect wanted.
"""

from .changes import *  # noqa: F403
from .identities import *  # noqa: F403
from .keys import *  # noqa: F403
from .modules import *  # noqa: F403
from .organizations import *  # noqa: F403
from .policies import *  # noqa: F403
from .request import *  # noqa: F403
from .tables import *  # noqa: F403
