"""All resource types and functions that this provider supports."""

from local.provider.appautoscaling.types import TYPES as APPAUTOSCALING
from local.provider.cloudcontrol.functions import FUNCTIONS as CLOUD_CONTROL_FUNCTIONS
from local.provider.dynamodb.functions import FUNCTIONS as DYNAMODB_FUNCTIONS
from local.provider.dynamodb.types import TYPES as DYNAMODB
from local.provider.events.types import TYPES as EVENTS
from local.provider.functions import FUNCTIONS as GENERAL
from local.provider.iam.functions import FUNCTIONS as IAM_FUNCTIONS
from local.provider.iam.types import TYPES as IAM
from local.provider.kms.functions import FUNCTIONS as KMS_FUNCTIONS
from local.provider.kms.types import TYPES as KMS
from local.provider.sns.types import TYPES as SNS

RESOURCE_TYPES = {t.type: t for t in (*KMS, *DYNAMODB, *IAM, *APPAUTOSCALING, *EVENTS, *SNS)}
FUNCTIONS = {
    f.token: f
    for f in (*GENERAL, *CLOUD_CONTROL_FUNCTIONS, *DYNAMODB_FUNCTIONS, *KMS_FUNCTIONS, *IAM_FUNCTIONS)
}
