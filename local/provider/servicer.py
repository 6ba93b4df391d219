# ruff: noqa: N802  # the protocol defines the names of methods
# ruff: noqa: ARG002  # the protocol defines the parameters of methods
"""The provider protocol: turns each request of the engine into a function call."""

import functools
import os
import threading
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from local.provider import VERSION, answers, configuration, invokes, naming, operations, requests
from local.provider.call import Call
from local.provider.check import DEFAULTS, Checked, check
from local.provider.diff import diff
from local.provider.engine_log import EngineLog
from local.provider.errors import AlreadyExistsError, ProviderError
from local.provider.schema import ResourceType
from local.provider.session import Session
from local.provider.values import Properties, decode, encode, reveal

Request = TypeVar("Request")
Response = TypeVar("Response")
Method = Callable[["AwsProvider", Request, grpc.ServicerContext], Response]


def answers_errors(method: Method[Request, Response]) -> Method[Request, Response]:
    """Return a `ProviderError` to the engine as a status with a message, not as a traceback."""

    @functools.wraps(method)
    def wrapped(self: "AwsProvider", request: Request, context: grpc.ServicerContext) -> Response:
        try:
            return method(self, request, context)
        except operations.HalfDoneError as error:
            self.abort_half_done(context, error)
        except ProviderError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        raise AssertionError("abort does not return")

    return wrapped


class AwsProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves the engine. Safe for concurrent use by the server's threads."""

    def __init__(self, cancelled: threading.Event, engine: EngineLog) -> None:
        self._cancelled = cancelled
        self._engine = engine
        self._session: Session | None = None
        self._keep_secrets = True

    # The provider itself

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """The protocol features that this provider supports."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of pulumi-aws that this provider stands in for."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Only the name and version, because programs use an installed SDK."""
        return provider_pb2.GetSchemaResponse(schema=f'{{"name": "aws", "version": "{VERSION}"}}')

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Accept an engine that connects to a provider that already runs."""
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Cancel: operations in progress stop waiting and fail with an error about the cancellation."""
        self._cancelled.set()
        return empty_pb2.Empty()

    @answers_errors
    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Check the provider's config."""
        return self._checked(configuration.check_config(decode(request.news), os.environ))

    @answers_errors
    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Config changes never replace the provider, because resources store their Region."""
        old, new = decode(request.old_inputs or request.olds), decode(request.news)
        changed = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        changes = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=changes, diffs=changed)

    @answers_errors
    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Read config and environment. Reject any AWS endpoint that is not local."""
        self._keep_secrets = request.acceptSecrets
        self._session = Session(configuration.settings(decode(request.args), os.environ))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    @answers_errors
    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Call a function such as `aws.get_caller_identity`."""
        arguments = reveal(decode(request.args))
        call = self._call(arguments)
        answer, failures = invokes.invoke(call, request.tok, arguments)
        response = provider_pb2.InvokeResponse(failures=answers.failures(failures))
        getattr(response, "return").CopyFrom(self._encode(answer))
        return response

    # Resources

    @answers_errors
    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Check a resource's inputs, and add defaults and an automatic name."""
        resource_type = requests.resource_type_of(request)
        news, olds = decode(request.news), decode(request.olds)
        named = self._named(resource_type, request, news, olds)
        return self._checked(check(resource_type, named, self._configured().settings.default_tags))

    @answers_errors
    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """The changes of a resource, and whether they replace it."""
        resource_type = requests.resource_type_of(request)
        old_inputs, news = decode(request.old_inputs), decode(request.news)
        changes = diff(
            resource_type,
            decode(request.olds),
            news,
            region=self._configured().region,
            ignored=request.ignoreChanges,
        )
        return answers.diff(resource_type, changes, old_inputs, news)

    @answers_errors
    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create a resource, or predict its outputs in a preview."""
        resource_type = requests.resource_type_of(request)
        inputs = decode(request.properties)
        call = self._call(inputs, request, resource_type)
        if request.preview:
            outputs = operations.preview_create(resource_type, inputs, call.region)
            return provider_pb2.CreateResponse(properties=self._encode(outputs))
        requests.refuse_unknown(resource_type, inputs)
        try:
            resource_id, outputs = operations.create(resource_type, call, inputs)
        except AlreadyExistsError as error:
            raise ProviderError(f"{error}. {requests.how_to_take_over(request)}") from error
        return provider_pb2.CreateResponse(id=resource_id, properties=self._encode(outputs))

    @answers_errors
    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """The current state of a resource in AWS; no id if it no longer exists."""
        resource_type = requests.resource_type_of(request)
        state, inputs = decode(request.properties), decode(request.inputs)
        if state or inputs:
            call = self._call({**inputs, **state}, request, resource_type)
            found = operations.read(resource_type, call, request.id, state, inputs)
        else:
            import_id, place = naming.split_region(request.id, resource_type)
            call = self._call(place, request, resource_type)
            found = operations.read_imported(resource_type, call, import_id)
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.id, properties=self._encode(found.outputs), inputs=self._encode(found.inputs)
        )

    @answers_errors
    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Update a resource in place, or predict its outputs in a preview."""
        resource_type = requests.resource_type_of(request)
        state, news = decode(request.olds), decode(request.news)
        if request.preview:
            outputs = operations.preview_update(resource_type, state, news)
            return provider_pb2.UpdateResponse(properties=self._encode(outputs))
        requests.refuse_unknown(resource_type, news)
        call = self._call({**news, **state}, request, resource_type)
        outputs = operations.update(
            resource_type,
            call,
            request.id,
            state=state,
            news=news,
            ignored=request.ignoreChanges,
        )
        return provider_pb2.UpdateResponse(properties=self._encode(outputs))

    @answers_errors
    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete a resource."""
        resource_type = requests.resource_type_of(request)
        state = decode(request.properties)
        operations.delete(resource_type, self._call(state, request, resource_type), request.id, state)
        return empty_pb2.Empty()

    # Parts of answers

    def abort_half_done(self, context: grpc.ServicerContext, error: operations.HalfDoneError) -> NoReturn:
        """Return what the engine must record for a resource that exists but is incomplete."""
        status = answers.half_done(error.id, self._encode(error.outputs), str(error))
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
        raise AssertionError("abort does not return")

    def _named(
        self,
        resource_type: ResourceType,
        request: provider_pb2.CheckRequest,
        news: Properties,
        olds: Properties,
    ) -> dict[str, Any]:
        auto_name = resource_type.auto_name
        if auto_name is None or not naming.is_wanted(auto_name, news):
            return dict(news)
        name = naming.previous_name(auto_name, olds)
        if name is None:
            options = request.autonaming if request.HasField("autonaming") else None
            name = naming.new_name(auto_name, requests.resource_name_of(request), request.randomSeed, options)
        return {**news, auto_name.property: name, DEFAULTS: [auto_name.property]}

    def _checked(self, checked: Checked) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(
            inputs=self._encode(checked.inputs), failures=answers.failures(checked.failures)
        )

    def _encode(self, properties: Properties) -> struct_pb2.Struct:
        return encode(properties, keep_secrets=self._keep_secrets)

    def _configured(self) -> Session:
        if self._session is None:
            raise ProviderError("the provider was not configured")
        return self._session

    def _call(
        self,
        properties: Properties,
        request: requests.Operation | None = None,
        resource_type: ResourceType | None = None,
    ) -> Call:
        session = self._configured()
        region = reveal(properties.get("region"))
        timeout = request.timeout if request else 0.0
        return Call(
            session=session,
            region=region if isinstance(region, str) and region else session.region,
            timeout=timeout or (resource_type.timeout if resource_type else 60.0),
            cancelled=self._cancelled,
            tell=functools.partial(self._engine.status, request.urn if request else ""),
            custom_timeout=bool(timeout),
        )
