"""Converts each resource only once for all policies.

The SDK converts a resource from protobuf for each policy, and all resources of the stack for each stack
policy, which is most of the cost of a pack with many policies. Here, each conversion is cached until the end
of the request. Converted values are shared, so policies must not change them.
"""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, TypeVar

from pulumi_policy import policy as sdk

Converted = TypeVar("Converted")
_request = threading.local()  # the engine sends several requests in parallel


def convert_once() -> None:
    """Make the SDK in this process convert each message once per request. A second call does nothing."""
    server: Any = sdk._PolicyAnalyzerServicer  # the SDK has no public API for this
    if hasattr(server, "converts_once"):
        return
    server.converts_once = True
    for name in ("Analyze", "AnalyzeStack"):
        setattr(server, name, _with_memory(getattr(server, name)))
    for name in ("_get_resource_options", "_get_provider_resource"):
        setattr(server, name, _remembered_of_request(getattr(server, name)))
    module: Any = sdk
    module.json_format = SimpleNamespace(MessageToDict=_remembered(module.json_format.MessageToDict))
    module.deserialize_properties = _remembered(module.deserialize_properties)
    module.unknown_checking_proxy = _remembered(module.unknown_checking_proxy)


def once(make: Callable[[], Converted], kind: str, of: object) -> Converted:
    """The result of `make` for an object, cached until the end of the request."""
    memory: dict[tuple[str, int], tuple[object, Any]] | None = getattr(_request, "memory", None)
    if memory is None:
        return make()
    key = (kind, id(of))
    if key not in memory:
        memory[key] = (of, make())  # keeps the object alive, so that its id is not reused
    found: Converted = memory[key][1]
    return found


@contextmanager
def one_request() -> Iterator[None]:
    """Cache conversions until the end of the block."""
    _request.memory = {}
    try:
        yield
    finally:
        _request.memory = None


def _with_memory(answer: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(answer)
    def with_memory(*arguments: Any) -> Any:  # noqa: ANN401  # as the SDK has it
        with one_request():
            return answer(*arguments)

    return with_memory


def _remembered(convert: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(convert)
    def remembered(value: Any, *more: Any) -> Any:  # noqa: ANN401  # as the SDK has it
        return convert(value, *more) if more else once(lambda: convert(value), convert.__name__, value)

    return remembered


def _remembered_of_request(convert: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(convert)
    def remembered(server: Any, request: Any) -> Any:  # noqa: ANN401  # as the SDK has it
        return once(lambda: convert(server, request), convert.__name__, request)

    return remembered
