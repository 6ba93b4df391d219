"""The pack converts each resource once, however many policies it has."""

import subprocess
import sys
from pathlib import Path

PACK = Path(__file__).resolve().parents[2] / "policy-pack"
COUNT = """
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, policy

converted = []
original = json_format.MessageToDict
json_format.MessageToDict = lambda message: converted.append(message) or original(message)

from policies import POLICIES
from policies.judging.convert_once import convert_once

for _ in range({calls}):
    convert_once()
server = policy._PolicyAnalyzerServicer("pack", "1.0.0", POLICIES, EnforcementLevel.ADVISORY)
properties = struct_pb2.Struct()
properties.update({{"name": "orders"}})
kind, urn = "aws:dynamodb/table:Table", "urn:pulumi:a::b::c::d"
table = {{"type": kind, "urn": urn, "name": "d", "properties": properties}}
one = server.Analyze(analyzer_pb2.AnalyzeRequest(**table), None)
counts = [len(converted)]
two = server.Analyze(analyzer_pb2.AnalyzeRequest(**table), None)
counts.append(len(converted))
stack = analyzer_pb2.AnalyzeStackRequest(resources=[analyzer_pb2.AnalyzerResource(**table)] * 3)
server.AnalyzeStack(stack, None)
counts.append(len(converted))
print(*counts, len(one.diagnostics), len(two.diagnostics))
"""


def counted(calls: int) -> list[int]:
    """The numbers of conversions after two resources and a stack of three, and the violations of both
    resources.
    """
    done = subprocess.run(
        [sys.executable, "-c", COUNT.format(calls=calls)],
        cwd=PACK,
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(number) for number in done.stdout.split()]


def test_each_resource_is_converted_once_in_each_request() -> None:
    assert counted(calls=2)[:3] == [1, 2, 5]


def test_violations_are_the_same_as_with_the_sdk_alone() -> None:
    alone, ours = counted(calls=0), counted(calls=1)

    assert alone[2] > ours[2]
    assert alone[3:] == ours[3:]
    assert ours[3] > 0
