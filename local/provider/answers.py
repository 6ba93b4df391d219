"""Responses to the engine: failures, diffs and partially created resources."""

from collections.abc import Sequence

import grpc
from google.protobuf import any_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from local.provider import naming
from local.provider.check import Failure
from local.provider.diff import Change, ChangeKind
from local.provider.schema import ResourceType
from local.provider.values import Properties

KINDS = {
    (ChangeKind.ADD, False): provider_pb2.PropertyDiff.ADD,
    (ChangeKind.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (ChangeKind.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (ChangeKind.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    (ChangeKind.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (ChangeKind.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def failures(found: Sequence[Failure]) -> list[provider_pb2.CheckFailure]:
    """Converts failures of properties to protocol messages."""
    return [provider_pb2.CheckFailure(property=f.property, reason=f.reason) for f in found]


def half_done(resource_id: str, outputs: struct_pb2.Struct, reason: str) -> status_pb2.Status:
    """The status of a failed operation whose resource the engine must record in its state."""
    detail = provider_pb2.ErrorResourceInitFailed(id=resource_id, properties=outputs, reasons=[reason])
    packed = any_pb2.Any()
    packed.Pack(detail)
    return status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason, details=[packed])


def diff(
    resource_type: ResourceType, changes: Sequence[Change], old_inputs: Properties, news: Properties
) -> provider_pb2.DiffResponse:
    """The changes as a response to the engine.

    A resource with a name from the program is deleted before it is replaced, because two resources cannot
    have the same name.
    """
    replaces = sorted({change.property for change in changes if change.replaces})
    named = naming.keeps_given_name(resource_type.auto_name, old_inputs, news)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({change.property for change in changes}),
        replaces=replaces,
        detailedDiff={
            change.path: provider_pb2.PropertyDiff(
                kind=KINDS[change.kind, change.replaces],
                inputDiff=old_inputs.get(change.property) != news.get(change.property),
            )
            for change in changes
        },
        hasDetailedDiff=True,
        deleteBeforeReplace=bool(replaces) and (resource_type.delete_before_replace or named),
    )
