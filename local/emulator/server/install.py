"""Puts the emulator's rules into ministack."""

from collections.abc import Mapping

from local.emulator import ministack_adapter as ms
from local.emulator.appautoscaling import handler as appautoscaling
from local.emulator.backup.handler import Backup
from local.emulator.cloudtrail import handler as cloudtrail
from local.emulator.cloudtrail.events import EventHistory
from local.emulator.dynamodb import resource_policies
from local.emulator.dynamodb.handler import DynamoDB
from local.emulator.dynamodb.table_key import TableKeys
from local.emulator.iam import denials, evaluation
from local.emulator.iam.handler import IAM
from local.emulator.kms import key_access
from local.emulator.kms.handler import KMS
from local.emulator.organizations.handler import Organizations
from local.emulator.server.state import Stateful
from local.emulator.settings import Settings


def install(settings: Settings) -> Mapping[str, Stateful]:
    """Install the emulator's rules; call once, before the first request.

    Returns:
        All that has state, by name.
    """
    ms.trust_no_key_by_its_name()
    ms.replace_evaluation(evaluation.first_match, evaluation.combined, evaluation.with_version)
    ms.replace_enforcement(key_access.decided_elsewhere)
    ms.replace_denial(denials.with_resource)
    ms.add_resource_policies_of_tables(resource_policies.policy_of)
    table_keys = TableKeys(settings.table_key_cache_seconds, settings.dynamodb_hosts)
    ms.replace_handler(
        "dynamodb", DynamoDB(ms.handler("dynamodb"), table_keys, settings.encryption_change_seconds)
    )
    ms.replace_handler("kms", KMS(ms.handler("kms"), settings.iam_propagation_seconds))
    ms.replace_handler("iam", IAM(ms.handler("iam")))
    ms.replace_handler("organizations", Organizations(ms.handler("organizations")))
    autoscaling = appautoscaling.ApplicationAutoScaling()
    ms.add_json_service("application-autoscaling", appautoscaling.TARGET_PREFIX, autoscaling)
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
