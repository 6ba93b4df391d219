"""Problems with settings, each with its path, the value found and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import isawaitable, iscoroutine
from typing import Any, TypeVar

import pulumi
from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from .settings_error import SettingsError
from .valid_part import valid_part

Path = tuple[str | int, ...]
Validated = TypeVar("Validated", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One problem: where it is, and what to do."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{format_path(self.path)}: {self.message}" if self.path else self.message

    def below(self, *path: str | int) -> "Problem":
        """This problem with its path inside a larger document."""
        return Problem((*path, *self.path), self.message)


def format_path(path: Path) -> str:
    """A path in the syntax of `pulumi config set --path`: `tables.orders.keyUsers[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif "." in part or "[" in part:
            text += f'["{part}"]'
        else:
            text += f".{part}" if text else part
    return text


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """All problems of a failed validation."""
    return [_problem(details, model) for details in error.errors(include_url=False)]


def read_settings(args: Mapping[str, Any], model: type[Validated]) -> tuple[Validated, list[Problem]]:
    """The settings from a component's arguments: if some are invalid, the valid part, and the problems."""
    given = {name: value for name, value in args.items() if value is not None}
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return valid_part(model, given, error), problems_of(error, model)


def validated(what: str, args: object, model: type[Validated]) -> Validated:
    """The settings from a component's arguments.

    Raises:
        SettingsError: some are invalid. Lists each problem with its path.
    """
    settings, problems = read_settings(as_map(what, args), model)
    raise_problems(what, problems)
    return settings


def as_map(what: str, args: object) -> Mapping[str, Any]:
    """A component's arguments.

    Raises:
        SettingsError: they are no map.
    """
    if not isinstance(args, Mapping):
        raise SettingsError(f"{what}: the arguments should be a map, found {args!r}.")
    return args


def raise_problems(what: str, problems: Sequence[Problem]) -> None:
    """Raise if there are any problems.

    Raises:
        SettingsError: lists all problems.
    """
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise SettingsError(f"{what}, nothing was changed:{lines}")


def _problem(details: Mapping[str, Any], model: type[BaseModel]) -> Problem:
    kind, value = details["type"], details["input"]
    path = tuple(part for part in details["loc"] if part not in _STEPS_OF_PYDANTIC)
    if kind == "extra_forbidden":
        return Problem(path, _unknown_setting(str(path[-1]), _settings_at(model, path[:-1])))
    if kind == "missing":
        return Problem(path, "is required.")
    if kind == "value_error":
        return Problem(path, f"{details['ctx']['error']}".rstrip(".") + ".")
    if kind == "too_short":
        return Problem(path, f"is empty; give at least {details['ctx']['min_length']}.")
    if kind == "too_long":
        return Problem(path, f"has {len(value)} items; AWS accepts at most {details['ctx']['max_length']}.")
    needed = (
        _SHAPES.get(kind)
        or (path and _range(model, path))
        or details["msg"].replace("Input should", "should", 1)
    )
    return Problem(path, f"{needed}, found {_shortened(value)}.")


# In the terms of YAML, not of pydantic.
_SHAPES = {
    "dict_type": "should be a map",
    "model_type": "should be a map",
    "tuple_type": "should be a list",
    "list_type": "should be a list",
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "string_type": "should be a string",
}


# Steps in pydantic's paths that are not settings: the key of a map, and the form of an entry.
_STEPS_OF_PYDANTIC = ("[key]", "[principal]", "[map]")


def _shortened(value: object) -> str:
    if iscoroutine(value):
        value.close()  # nobody awaits it any more
    if isawaitable(value) or isinstance(value, pulumi.Output):
        return "an output of a resource; it must be known when the program runs"
    if isinstance(value, pulumi.Resource):
        return f"a resource, {type(value).__name__}; give one of its outputs, such as its arn"
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}…"


def _unknown_setting(name: str, settings: Mapping[str, FieldInfo]) -> str:
    """The message for an unknown setting, with names as the user spells them: snake_case or camelCase."""
    for setting, field in settings.items():
        if name in (setting, field.alias):
            return f"is given twice, as {setting} and as {field.alias}."
    known = sorted(settings if "_" in name else (field.alias or n for n, field in settings.items()))
    by_lower = {setting.lower().replace("_", ""): setting for setting in known}
    close = get_close_matches(name.lower().replace("_", ""), by_lower, n=1)
    advice = f"did you mean {by_lower[close[0]]}?" if close else f"the settings are {', '.join(known)}."
    return f"unknown setting; {advice}"


def _settings_at(model: type[BaseModel], path: Path) -> Mapping[str, FieldInfo]:
    """The valid settings at a path."""
    for part in path:
        model = _models_of(model).get(str(part), model)
    return model.model_fields


def _range(model: type[BaseModel], path: Path) -> str | None:
    """The message with both bounds of a number, so that a second attempt does not hit the other one."""
    *above, name = path or ("",)
    settings = _settings_at(model, tuple(above))
    bounds = [b for n, field in settings.items() if name in (n, field.alias) for b in field.metadata]
    low = [bound.ge for bound in bounds if isinstance(bound, Ge)]
    high = [bound.le for bound in bounds if isinstance(bound, Le)]
    return f"should be a whole number from {low[0]} to {high[0]}" if low and high else None


def _models_of(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The nested models of a model, by the name of their setting."""
    return {
        name: found
        for field_name, field in model.model_fields.items()
        for name in (field_name, field.alias)
        if name and (found := _model_in(field.annotation))
    }


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  # annotations have no type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        if found := _model_in(part):
            return found
    return None
