"""`pulumi-language-… <engine address>`: prints its port and serves the engine until the engine ends.

`--language NAME` comes first for any language but Python.
"""

import signal
import sys
import threading
from pathlib import Path

ended = threading.Event()
for sign in (
    signal.SIGINT,
    signal.SIGTERM,
):  # before the slow imports: a signal must never end in a traceback
    signal.signal(sign, lambda *_: ended.set())
sys.path[0] = str(Path(__file__).resolve().parents[3])

from local.sdk_messages import import_messages_only  # noqa: E402  # the line above makes it importable

import_messages_only()

from local.engine.language_host.host import LanguageHost, serve  # noqa: E402  # after the line above
from local.engine.language_host.other_language_host import OtherLanguageHost  # noqa: E402

is_python = sys.argv[1] != "--language"
engine = sys.argv[-1]
serve(LanguageHost(engine) if is_python else OtherLanguageHost(sys.argv[2], engine), ended)
