"""IAM resource types, as in pulumi-aws 7.51.1.

Limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from local.provider.iam.access_key import IamAccessKey
from local.provider.iam.attachment import RoleAttachment, UserAttachment
from local.provider.iam.inline_policy import RoleInlinePolicy, UserInlinePolicy
from local.provider.iam.login_profile import IamUserLoginProfile
from local.provider.iam.policy import IamPolicy
from local.provider.iam.role import IamRole
from local.provider.iam.user import IamUser
from local.provider.policy_document import same_policy
from local.provider.rules import arn, between, json_document, length, matching, name_or_prefix, one_of
from local.provider.schema import (
    TAGS,
    AutoName,
    Property,
    ResourceType,
    boolean,
    integer,
    object_of,
    set_of,
    string,
)

MEANING = "letters, digits and `+=,.@_-`"
USER_NAME = matching(r"[\w+=,.@-]+", MEANING, shortest=1, longest=64)
POLICY_NAME = matching(r"[\w+=,.@-]+", MEANING, shortest=1, longest=128)
PATH = matching(r"/|/[\x21-\x7e]+/", "a path that begins and ends with `/`", shortest=1, longest=512)


def policy_document(*, required: bool = True, replaces: bool = False) -> Property:
    """A policy document as JSON text."""
    return string(required=required, replaces=replaces, rule=json_document, same=same_policy)


USER = ResourceType(
    type="aws:iam/user:User",
    noun="IAM User",
    properties={
        "arn": string(output=True),
        "forceDestroy": boolean(default=False),
        "name": string(computed=True, replaces=True, rule=USER_NAME),
        "path": string(default="/", rule=PATH),
        "permissionsBoundary": string(rule=arn),
        "uniqueId": string(output=True),
        **TAGS,
    },
    lifecycle=IamUser(),
    auto_name=AutoName(max_length=64),
)

ROLE = ResourceType(
    type="aws:iam/role:Role",
    noun="IAM Role",
    properties={
        "arn": string(output=True),
        "assumeRolePolicy": policy_document(),
        "createDate": string(output=True),
        "description": string(rule=length(0, 1000)),
        "forceDetachPolicies": boolean(default=False),
        "inlinePolicies": set_of(
            object_of({"name": string(), "policy": string(same=same_policy)}), computed=True, supported=False
        ),
        "managedPolicyArns": set_of(string(rule=arn), computed=True),
        "maxSessionDuration": integer(default=3600, rule=between(3600, 43200)),
        "name": string(computed=True, replaces=True, rule=USER_NAME),
        "namePrefix": string(computed=True, replaces=True),
        "path": string(default="/", replaces=True, rule=PATH),
        "permissionsBoundary": string(rule=arn),
        "uniqueId": string(output=True),
        **TAGS,
    },
    lifecycle=IamRole(),
    auto_name=AutoName(max_length=64, unless="namePrefix"),
    rules=(name_or_prefix,),
)

POLICY = ResourceType(
    type="aws:iam/policy:Policy",
    noun="IAM Policy",
    properties={
        "arn": string(output=True),
        "attachmentCount": integer(output=True),
        "delayAfterPolicyCreationInMs": integer(supported=False),
        "description": string(replaces=True, rule=length(0, 1000)),
        "name": string(computed=True, replaces=True, rule=POLICY_NAME),
        "namePrefix": string(computed=True, replaces=True),
        "path": string(default="/", replaces=True, rule=PATH),
        "policy": policy_document(),
        "policyId": string(output=True),
        **TAGS,
    },
    lifecycle=IamPolicy(),
    auto_name=AutoName(max_length=128, unless="namePrefix"),
    rules=(name_or_prefix,),
)

USER_POLICY_ATTACHMENT = ResourceType(
    type="aws:iam/userPolicyAttachment:UserPolicyAttachment",
    noun="IAM User Policy Attachment",
    properties={
        "policyArn": string(required=True, replaces=True, rule=arn),
        "user": string(required=True, replaces=True),
    },
    lifecycle=UserAttachment(),
)

ROLE_POLICY_ATTACHMENT = ResourceType(
    type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    noun="IAM Role Policy Attachment",
    properties={
        "policyArn": string(required=True, replaces=True, rule=arn),
        "role": string(required=True, replaces=True),
    },
    lifecycle=RoleAttachment(),
)

ROLE_POLICY = ResourceType(
    type="aws:iam/rolePolicy:RolePolicy",
    noun="IAM Role Policy",
    properties={
        "name": string(computed=True, replaces=True, rule=POLICY_NAME),
        "namePrefix": string(computed=True, replaces=True),
        "policy": policy_document(),
        "role": string(required=True, replaces=True),
    },
    lifecycle=RoleInlinePolicy(),
    auto_name=AutoName(max_length=128, unless="namePrefix"),
    rules=(name_or_prefix,),
)

USER_POLICY = ResourceType(
    type="aws:iam/userPolicy:UserPolicy",
    noun="IAM User Policy",
    properties={
        "name": string(computed=True, replaces=True, rule=POLICY_NAME),
        "namePrefix": string(computed=True, replaces=True),
        "policy": policy_document(),
        "user": string(required=True, replaces=True),
    },
    lifecycle=UserInlinePolicy(),
    auto_name=AutoName(max_length=128, unless="namePrefix"),
    rules=(name_or_prefix,),
)

ACCESS_KEY = ResourceType(
    type="aws:iam/accessKey:AccessKey",
    noun="IAM Access Key",
    properties={
        "createDate": string(output=True),
        "encryptedSecret": string(output=True),
        "encryptedSesSmtpPasswordV4": string(output=True),
        "keyFingerprint": string(output=True),
        "pgpKey": string(replaces=True, supported=False),
        "secret": string(output=True, secret=True),
        "sesSmtpPasswordV4": string(output=True, secret=True),
        "status": string(default="Active", rule=one_of(("Active", "Inactive"))),
        "user": string(required=True, replaces=True),
    },
    lifecycle=IamAccessKey(),
)

USER_LOGIN_PROFILE = ResourceType(
    type="aws:iam/userLoginProfile:UserLoginProfile",
    noun="IAM User Login Profile",
    properties={
        "encryptedPassword": string(output=True),
        "keyFingerprint": string(output=True),
        "password": string(output=True, secret=True),
        "passwordLength": integer(default=20, replaces=True, rule=between(5, 128)),
        "passwordResetRequired": boolean(computed=True, replaces=True),
        "pgpKey": string(replaces=True, supported=False),
        "user": string(required=True, replaces=True),
    },
    lifecycle=IamUserLoginProfile(),
    delete_before_replace=True,
)

TYPES = (
    USER,
    ROLE,
    POLICY,
    USER_POLICY_ATTACHMENT,
    ROLE_POLICY_ATTACHMENT,
    ROLE_POLICY,
    USER_POLICY,
    ACCESS_KEY,
    USER_LOGIN_PROFILE,
)
