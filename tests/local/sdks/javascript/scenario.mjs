// The scenario of tests/local/test_sdks.py with the AWS SDK for JavaScript.
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as sts from "@aws-sdk/client-sts";

const TableName = "orders";
const UserName = "reader";
const Key = { id: { S: "1" } };
const Item = { ...Key, message: { S: "hello" } };
const steps = [];
const db = new dynamodb.DynamoDB({ maxAttempts: 1 });
const keys = new kms.KMS({ maxAttempts: 1 });
const users = new iam.IAM({ maxAttempts: 1 });

async function errorOf(call) {
  try {
    await call;
  } catch (error) {
    return [error.name, error.message];
  }
  throw new Error("the call was answered");
}

steps.push((await new sts.STS({ maxAttempts: 1 }).getCallerIdentity({})).Arn);
const { KeyMetadata } = await keys.createKey({ Description: "scenario" });
steps.push([KeyMetadata.Arn, KeyMetadata.KeyState, KeyMetadata.CreationDate.getTime() / 1000]);
const { TableDescription } = await db.createTable({
  TableName,
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: KeyMetadata.Arn },
});
const { Status, SSEType, KMSMasterKeyArn } = TableDescription.SSEDescription;
steps.push([TableDescription.TableArn, TableDescription.TableId, Status, SSEType, KMSMasterKeyArn]);
await db.putItem({ TableName, Item });
steps.push((await db.getItem({ TableName, Key })).Item.message.S);
const { User } = await users.createUser({ UserName });
steps.push([User.Arn, User.UserId]);
await users.attachUserPolicy({ UserName, PolicyArn: process.env.SCENARIO_FULL_ACCESS });
const { AccessKey } = await users.createAccessKey({ UserName });
const credentials = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
const reader = new dynamodb.DynamoDB({ maxAttempts: 1, credentials });
steps.push(await errorOf(reader.getItem({ TableName, Key })));
await keys.putKeyPolicy({ KeyId: KeyMetadata.KeyId, PolicyName: "default", Policy: process.env.SCENARIO_KEY_POLICY });
steps.push((await reader.getItem({ TableName, Key })).Item.message.S);
steps.push(await errorOf(db.putItem({ TableName, Item, ConditionExpression: "attribute_not_exists(id)" })));
steps.push(await errorOf(db.describeTable({ TableName: "missing" })));
await db.deleteTable({ TableName });
steps.push((await keys.scheduleKeyDeletion({ KeyId: KeyMetadata.KeyId, PendingWindowInDays: 7 })).KeyState);
console.log(JSON.stringify(steps));
