"""All resource types and functions that this provider knows."""

from local_aws.provider.appautoscaling.types import TYPES as APPAUTOSCALING
from local_aws.provider.dynamodb.types import TYPES as DYNAMODB
from local_aws.provider.functions import FUNCTIONS as GENERAL
from local_aws.provider.iam.functions import FUNCTIONS as IAM_FUNCTIONS
from local_aws.provider.iam.types import TYPES as IAM
from local_aws.provider.kms.functions import FUNCTIONS as KMS_FUNCTIONS
from local_aws.provider.kms.types import TYPES as KMS

RESOURCE_TYPES = {t.type: t for t in (*KMS, *DYNAMODB, *IAM, *APPAUTOSCALING)}
FUNCTIONS = {f.token: f for f in (*GENERAL, *KMS_FUNCTIONS, *IAM_FUNCTIONS)}
