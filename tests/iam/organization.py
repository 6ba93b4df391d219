"""The organization of the accounts in generated worlds."""

from collections.abc import Mapping

from local.process import Credentials, LocalAws

MANAGEMENT = "999988887777"


class Organization:
    """Its control policies; at first, there are only AWS's own."""

    def __init__(self, aws: LocalAws, members: Mapping[str, Credentials]) -> None:
        self._client = aws.client("organizations", aws.open_account(MANAGEMENT))
        self._client.create_organization(FeatureSet="ALL")
        for account, root in members.items():
            invited = self._client.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": account})
            aws.client("organizations", root).accept_handshake(HandshakeId=invited["Handshake"]["Id"])
        self._root = self._client.list_roots()["Roots"][0]["Id"]
        self._client.enable_policy_type(RootId=self._root, PolicyType="RESOURCE_CONTROL_POLICY")
        self._attached: list[tuple[str, str]] = []

    def attach(self, target: str, kind: str, document: str) -> None:
        """Attach a policy to an account, or to the root if the target is empty."""
        made = self._client.create_policy(
            Name=f"policy-{len(self._attached)}", Description="", Type=kind, Content=document
        )
        policy, target = made["Policy"]["PolicySummary"]["Id"], target or self._root
        self._client.attach_policy(PolicyId=policy, TargetId=target)
        self._attached.append((policy, target))

    def clear(self) -> None:
        """Detach and delete all policies that were attached."""
        for policy, target in self._attached:
            self._client.detach_policy(PolicyId=policy, TargetId=target)
            self._client.delete_policy(PolicyId=policy)
        self._attached.clear()
