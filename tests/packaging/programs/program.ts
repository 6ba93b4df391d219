import * as pulumi from "@pulumi/pulumi";
import * as encryptedTables from "@encrypted-tables/encrypted-tables";

const user = new encryptedTables.TestUser("user", { userName: "sdk-user" });

const orders = new encryptedTables.EncryptedTable("orders", {
    partitionKey: { name: "id" },
    sortKey: { name: "at", type: encryptedTables.AttributeType.N },
    keyPolicyProfile: "strict",
    keyDescription: pulumi.interpolate`Orders of ${user.userName}`,
    keyUsers: ["role/audit", { principal: user.userArn, reason: "tests" }],
    applicationAccess: { shop: { role: "role/shop", access: "READ_WRITE" } },
    globalSecondaryIndexes: [
        {
            name: "by-day",
            partitionKey: { name: "day", type: "S" },
            projectionType: encryptedTables.ProjectionType.Include,
            nonKeyAttributes: ["total"],
        },
    ],
    streamViewType: "NEW_IMAGE",
    tags: { owner: user.userName },
    ephemeral: true,
});

export const tables = { orders: orders.declaration };
