"""One value per program, because a component provider serves several programs in one process."""

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import pulumi

P = ParamSpec("P")
T = TypeVar("T")


class PerProgram(Generic[P, T]):
    """Creates a value when a program first needs it.

    Args:
        make: creates the value.
    """

    def __init__(self, make: Callable[P, T]) -> None:
        self._make = make
        self._made: WeakKeyDictionary[Any, T] = WeakKeyDictionary()

    def __call__(self, *args: P.args, **more: P.kwargs) -> T:
        """The current program's value. A program is identified by its connection to the engine."""
        program = pulumi.runtime.settings.get_monitor()
        if program not in self._made:
            self._made[program] = self._make(*args, **more)
        return self._made[program]
