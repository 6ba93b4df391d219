"""Puts the emulator's rules into ministack."""

from collections.abc import Mapping

from .. import ministack_adapter as ms
from ..appautoscaling import handler as appautoscaling
from ..backup.handler import Backup
from ..cloudcontrol import handler as cloudcontrol
from ..cloudtrail import handler as cloudtrail
from ..cloudtrail.events import EventHistory
from ..cloudtrail.logged import Logged
from ..dynamodb import resource_policies
from ..dynamodb.handler import DynamoDB
from ..dynamodb.table_key import TableKeys
from ..iam import denials, evaluation
from ..iam.handler import IAM
from ..kms import key_access
from ..kms.handler import KMS
from ..organizations.handler import Organizations
from ..server.state import Stateful
from ..settings import Settings


def install(settings: Settings) -> Mapping[str, Stateful]:
    """Install the emulator's rules; call once, before the first request.

    Returns:
        Everything with state, by name.
    """
    ms.trust_no_key_by_its_name()
    ms.replace_evaluation(evaluation.first_match, evaluation.combined, evaluation.with_version)
    ms.replace_enforcement(key_access.decided_elsewhere)
    ms.replace_denial(denials.with_resource)
    ms.add_resource_policies_of_tables(resource_policies.policy_of)
    autoscaling = appautoscaling.ApplicationAutoScaling()
    table_keys = TableKeys(settings.table_key_cache_seconds, settings.dynamodb_hosts)
    ms.replace_handler(
        "dynamodb",
        DynamoDB(
            ms.handler("dynamodb"), table_keys, settings.encryption_change_seconds, autoscaling.scales_writes
        ),
    )
    ms.replace_handler("kms", KMS(ms.handler("kms"), settings.iam_propagation_seconds))
    ms.replace_handler("cloudcontrol", cloudcontrol.answer)
    ms.replace_handler("iam", Logged("iam", IAM(ms.handler("iam"))))
    for service in ("events", "sns"):
        ms.replace_handler(service, Logged(service, ms.handler(service)))
    ms.replace_handler("organizations", Organizations(ms.handler("organizations")))
    logged = Logged("application-autoscaling", autoscaling)
    ms.add_json_service("application-autoscaling", appautoscaling.TARGET_PREFIX, logged)
    ms.add_json_service("cloudtrail", cloudtrail.TARGET_PREFIX, cloudtrail.answer)
    backup = Backup(ms.handler("backup"))
    ms.replace_handler("backup", backup)
    return {
        **ms.STATEFUL_SERVICES,
        "sts": ms.Sessions(),
        "application-autoscaling": autoscaling,
        "backup": backup,
        "cloudtrail": EventHistory(),
    }
