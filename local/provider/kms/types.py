"""KMS resource types, as in pulumi-aws 7.51.1.

Limits: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
"""

from collections.abc import Iterator

from local.provider.kms.alias import KmsAlias
from local.provider.kms.grant import KmsGrant
from local.provider.kms.key import KmsKey
from local.provider.kms.key_policy import KmsKeyPolicy
from local.provider.kms.reference import same_key
from local.provider.kms.replica_key import KmsReplicaKey
from local.provider.policy_document import same_policy
from local.provider.rules import arn, between, json_document, length, matching, name_or_prefix, one_of
from local.provider.schema import (
    REGION,
    TAGS,
    AutoName,
    ResourceType,
    boolean,
    integer,
    map_of,
    object_of,
    set_of,
    string,
)
from local.provider.values import Properties

KEY_SPECS = (
    "SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512",
    "RSA_2048", "RSA_3072", "RSA_4096",
    "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519",
    "ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "SM2",
)  # fmt: skip
KEY_USAGES = ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT")
GRANT_OPERATIONS = (
    "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom", "ReEncryptTo",
    "Sign", "Verify", "GetPublicKey", "CreateGrant", "RetireGrant", "DescribeKey", "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "VerifyMac", "DeriveSharedSecret",
)  # fmt: skip
DELETION_WINDOW = between(7, 30)
DESCRIPTION = length(0, 8192)
ALIAS_NAME = matching(
    r"alias/(?!aws/)[a-zA-Z0-9/_-]+",
    "`alias/` and a name of letters, digits, `/`, `_` and `-` that does not begin with `aws/`",
    shortest=1,
    longest=256,
)


def period_comes_with_rotation(inputs: Properties) -> Iterator[tuple[str, str]]:
    """A rotation period requires rotation to be on."""
    if inputs.get("rotationPeriodInDays") is not None and "enableKeyRotation" in inputs["__defaults"]:
        yield "rotationPeriodInDays", "rotationPeriodInDays: set enableKeyRotation as well"


KEY = ResourceType(
    type="aws:kms/key:Key",
    noun="KMS Key",
    properties={
        "arn": string(output=True),
        "bypassPolicyLockoutSafetyCheck": boolean(default=False),
        "customKeyStoreId": string(replaces=True, supported=False),
        "customerMasterKeySpec": string(replaces=True, default="SYMMETRIC_DEFAULT", rule=one_of(KEY_SPECS)),
        "deletionWindowInDays": integer(rule=DELETION_WINDOW),
        "description": string(default="Managed by Pulumi", rule=DESCRIPTION),
        "enableKeyRotation": boolean(default=False),
        "isEnabled": boolean(default=True),
        "keyId": string(output=True),
        "keyUsage": string(replaces=True, default="ENCRYPT_DECRYPT", rule=one_of(KEY_USAGES)),
        "multiRegion": boolean(computed=True, replaces=True),
        "policy": string(computed=True, rule=json_document, same=same_policy),
        "region": REGION,
        "rotationPeriodInDays": integer(computed=True, rule=between(90, 2560)),
        "xksKeyId": string(replaces=True, supported=False),
        **TAGS,
    },
    lifecycle=KmsKey(),
    rules=(period_comes_with_rotation,),
)

REPLICA_KEY = ResourceType(
    type="aws:kms/replicaKey:ReplicaKey",
    noun="KMS Replica Key",
    properties={
        "arn": string(output=True),
        "bypassPolicyLockoutSafetyCheck": boolean(default=False),
        "deletionWindowInDays": integer(default=30, rule=DELETION_WINDOW),
        "description": string(default="Managed by Pulumi", rule=DESCRIPTION),
        "enabled": boolean(default=True),
        "keyId": string(output=True),
        "keyRotationEnabled": boolean(output=True),
        "keySpec": string(output=True),
        "keyUsage": string(output=True),
        "policy": string(computed=True, rule=json_document, same=same_policy),
        "primaryKeyArn": string(required=True, replaces=True, rule=arn),
        "region": REGION,
        **TAGS,
    },
    lifecycle=KmsReplicaKey(),
)

ALIAS = ResourceType(
    type="aws:kms/alias:Alias",
    noun="KMS Alias",
    properties={
        "arn": string(output=True),
        "name": string(computed=True, replaces=True, rule=ALIAS_NAME),
        "namePrefix": string(computed=True, replaces=True, rule=ALIAS_NAME),
        "region": REGION,
        "targetKeyArn": string(output=True),
        "targetKeyId": string(required=True, same=same_key),
    },
    lifecycle=KmsAlias(),
    auto_name=AutoName(prefix="alias/", max_length=256, unless="namePrefix"),
    rules=(name_or_prefix,),
    delete_before_replace=True,
)

KEY_POLICY = ResourceType(
    type="aws:kms/keyPolicy:KeyPolicy",
    noun="KMS Key Policy",
    properties={
        "bypassPolicyLockoutSafetyCheck": boolean(default=False),
        "keyId": string(required=True, replaces=True, same=same_key),
        "policy": string(required=True, rule=json_document, same=same_policy),
        "region": REGION,
    },
    lifecycle=KmsKeyPolicy(),
    delete_before_replace=True,
)

GRANT = ResourceType(
    type="aws:kms/grant:Grant",
    noun="KMS Grant",
    properties={
        "constraints": set_of(
            object_of(
                {
                    "encryptionContextEquals": map_of(string()),
                    "encryptionContextSubset": map_of(string()),
                }
            ),
            replaces=True,
        ),
        "grantCreationTokens": set_of(string(), replaces=True),
        "grantId": string(output=True),
        "grantToken": string(output=True, secret=True),
        "granteePrincipal": string(required=True, replaces=True),
        "keyId": string(required=True, replaces=True, same=same_key),
        "name": string(
            replaces=True,
            rule=matching(r"[a-zA-Z0-9:/_-]+", "letters, digits, `:`, `/`, `_`, `-`", longest=256),
        ),
        "operations": set_of(string(rule=one_of(GRANT_OPERATIONS)), required=True, replaces=True),
        "region": REGION,
        "retireOnDelete": boolean(replaces=True, default=False),
        "retiringPrincipal": string(replaces=True),
    },
    lifecycle=KmsGrant(),
    auto_name=AutoName(max_length=256),
)

TYPES = (KEY, REPLICA_KEY, ALIAS, KEY_POLICY, GRANT)
