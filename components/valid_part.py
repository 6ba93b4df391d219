"""The valid part of settings: rules about it are checked although other settings are invalid, so that all
problems are reported together.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

from pydantic import BaseModel, ValidationError, create_model

P = ParamSpec("P")
Found = TypeVar("Found")
Model = TypeVar("Model", bound=BaseModel)


class InvalidSettingError(Exception):
    """A setting was read that is invalid, and already reported."""


def valid_part(model: type[Model], given: Mapping[str, Any], error: ValidationError) -> Model:
    """The settings without those that the error reports.

    Reading one of these raises `InvalidSettingError`.
    """
    names = {field.alias: name for name, field in model.model_fields.items()}
    reported = {str(details["loc"][0]) for details in error.errors() if details["loc"]}
    invalid = {names.get(name, name) for name in reported}
    valid = {name: value for name, value in given.items() if names.get(name, name) not in invalid}
    optional: dict[str, Any] = dict.fromkeys(invalid & set(model.model_fields), (Any, None))
    return _unreadable(create_model(model.__name__, __base__=model, **optional), invalid).model_validate(
        valid
    )


def _unreadable(model: type[Model], names: Collection[str]) -> type[Model]:
    def read(settings: Model, name: str) -> Any:  # noqa: ANN401  # any attribute
        if name in names:
            raise InvalidSettingError(name)
        return object.__getattribute__(settings, name)

    return type(model.__name__, (model,), {"__getattribute__": read, "__module__": model.__module__})


def found_by(check: Callable[P, Iterable[Found]], *args: P.args, **more: P.kwargs) -> Iterator[Found]:
    """What a check finds, until it reads an invalid setting."""
    try:
        yield from check(*args, **more)
    except InvalidSettingError:
        return


def readable(settings: BaseModel, names: Iterable[str]) -> dict[str, Any]:
    """The values of those settings that are valid."""
    found: dict[str, Any] = {}
    for name in names:
        try:
            found[name] = getattr(settings, name)
        except InvalidSettingError:
            continue
    return found
