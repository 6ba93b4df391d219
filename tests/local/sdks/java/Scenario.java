import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sts.StsClient;

/** The scenario of tests/local/test_sdks.py with the AWS SDK for Java. */
public final class Scenario {
    private static final String TABLE = "orders";
    private static final String USER = "reader";
    private static final Map<String, AttributeValue> KEY = Map.of("id", AttributeValue.fromS("1"));
    private static final Map<String, AttributeValue> ITEM =
        Map.of("id", AttributeValue.fromS("1"), "message", AttributeValue.fromS("hello"));

    public static void main(String[] arguments) {
        var db = DynamoDbClient.create();
        var keys = KmsClient.create();
        var users = IamClient.builder().region(Region.AWS_GLOBAL).build();
        List<Object> steps = new ArrayList<>();
        steps.add(StsClient.create().getCallerIdentity().arn());
        var key = keys.createKey(r -> r.description("scenario")).keyMetadata();
        steps.add(List.of(key.arn(), key.keyStateAsString(), key.creationDate().getEpochSecond()));
        var made = db.createTable(r -> r.tableName(TABLE).billingMode("PAY_PER_REQUEST")
            .attributeDefinitions(a -> a.attributeName("id").attributeType("S"))
            .keySchema(k -> k.attributeName("id").keyType("HASH"))
            .sseSpecification(s -> s.enabled(true).sseType("KMS").kmsMasterKeyId(key.arn()))).tableDescription();
        var encryption = made.sseDescription();
        steps.add(List.of(made.tableArn(), made.tableId(), encryption.statusAsString(),
            encryption.sseTypeAsString(), encryption.kmsMasterKeyArn()));
        db.putItem(r -> r.tableName(TABLE).item(ITEM));
        steps.add(read(db));
        var user = users.createUser(r -> r.userName(USER)).user();
        steps.add(List.of(user.arn(), user.userId()));
        users.attachUserPolicy(r -> r.userName(USER).policyArn(System.getenv("SCENARIO_FULL_ACCESS")));
        var access = users.createAccessKey(r -> r.userName(USER)).accessKey();
        var credentials = AwsBasicCredentials.create(access.accessKeyId(), access.secretAccessKey());
        var reader = DynamoDbClient.builder()
            .credentialsProvider(StaticCredentialsProvider.create(credentials)).build();
        steps.add(errorOf(() -> read(reader)));
        keys.putKeyPolicy(r -> r.keyId(key.keyId()).policyName("default")
            .policy(System.getenv("SCENARIO_KEY_POLICY")));
        steps.add(read(reader));
        steps.add(errorOf(() -> db.putItem(r -> r.tableName(TABLE).item(ITEM)
            .conditionExpression("attribute_not_exists(id)"))));
        steps.add(errorOf(() -> db.describeTable(r -> r.tableName("missing"))));
        db.deleteTable(r -> r.tableName(TABLE));
        steps.add(keys.scheduleKeyDeletion(r -> r.keyId(key.keyId()).pendingWindowInDays(7)).keyStateAsString());
        System.out.println(json(steps));
    }

    private static String read(DynamoDbClient client) {
        return client.getItem(r -> r.tableName(TABLE).key(KEY)).item().get("message").s();
    }

    private static List<String> errorOf(Runnable call) {
        try {
            call.run();
        } catch (AwsServiceException error) {
            return List.of(error.awsErrorDetails().errorCode(), error.awsErrorDetails().errorMessage());
        }
        throw new IllegalStateException("the call was answered");
    }

    private static String json(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(Scenario::json).collect(Collectors.joining(",", "[", "]"));
        }
        return value instanceof Number ? value.toString()
            : '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
