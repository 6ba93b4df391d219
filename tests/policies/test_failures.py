"""If a rule itself fails, no update crashes and nothing passes unchecked."""

from typing import NoReturn

import pytest

from policies import dynamodb_table_customer_managed_key as main
from policies import resource_types as types
from policies.declared.resource import Resource
from tests.policies.analysis import Pack
from tests.policies.baselines import baseline


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError("deep"), TypeError("y"), AssertionError()])
def test_a_policy_that_raises_is_a_violation(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Resource) -> NoReturn:
        raise error

    monkeypatch.setattr(main, "declared_tables", fail)

    found = Pack().analyze(baseline(types.TABLE))

    assert [(one.policy, one.level) for one in found] == [(main.RULE.name, "mandatory")]
    assert f"the policy itself failed ({type(error).__name__}" in found[0].message
    assert "fail, line" in found[0].message
