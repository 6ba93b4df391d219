// The scenario of tests/local/test_sdks.py with the AWS SDK for Go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	db "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func must[T any](answer T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

func errorOf(err error) []string {
	var failure smithy.APIError
	if !errors.As(err, &failure) {
		log.Fatal("no error of the service: ", err)
	}
	return []string{failure.ErrorCode(), failure.ErrorMessage()}
}

func message(answer *dynamodb.GetItemOutput, err error) string {
	return must(answer, err).Item["message"].(*db.AttributeValueMemberS).Value
}

func main() {
	ctx := context.Background()
	settings := must(config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1)))
	items, keys, users := dynamodb.NewFromConfig(settings), kms.NewFromConfig(settings), iam.NewFromConfig(settings)
	table, user := aws.String("orders"), aws.String("reader")
	id := map[string]db.AttributeValue{"id": &db.AttributeValueMemberS{Value: "1"}}
	item := map[string]db.AttributeValue{"id": id["id"], "message": &db.AttributeValueMemberS{Value: "hello"}}
	get := &dynamodb.GetItemInput{TableName: table, Key: id}
	steps := []any{}

	caller := must(sts.NewFromConfig(settings).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
	steps = append(steps, *caller.Arn)
	key := must(keys.CreateKey(ctx, &kms.CreateKeyInput{Description: aws.String("scenario")})).KeyMetadata
	steps = append(steps, []any{*key.Arn, key.KeyState, key.CreationDate.Unix()})
	made := must(items.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            table,
		BillingMode:          db.BillingModePayPerRequest,
		AttributeDefinitions: []db.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
		KeySchema:            []db.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
		SSESpecification:     &db.SSESpecification{Enabled: aws.Bool(true), SSEType: "KMS", KMSMasterKeyId: key.Arn},
	})).TableDescription
	encryption := made.SSEDescription
	steps = append(steps, []any{
		*made.TableArn, *made.TableId, encryption.Status, encryption.SSEType, *encryption.KMSMasterKeyArn,
	})
	must(items.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: item}))
	steps = append(steps, message(items.GetItem(ctx, get)))
	reader := must(users.CreateUser(ctx, &iam.CreateUserInput{UserName: user})).User
	steps = append(steps, []any{*reader.Arn, *reader.UserId})
	must(users.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{
		UserName: user, PolicyArn: aws.String(os.Getenv("SCENARIO_FULL_ACCESS")),
	}))
	access := must(users.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})).AccessKey
	settings.Credentials = credentials.NewStaticCredentialsProvider(*access.AccessKeyId, *access.SecretAccessKey, "")
	asReader := dynamodb.NewFromConfig(settings)
	_, err := asReader.GetItem(ctx, get)
	steps = append(steps, errorOf(err))
	must(keys.PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{
		KeyId: key.KeyId, PolicyName: aws.String("default"), Policy: aws.String(os.Getenv("SCENARIO_KEY_POLICY")),
	}))
	steps = append(steps, message(asReader.GetItem(ctx, get)))
	_, err = items.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: table, Item: item, ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	steps = append(steps, errorOf(err))
	_, err = items.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("missing")})
	steps = append(steps, errorOf(err))
	must(items.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: table}))
	steps = append(steps, must(keys.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{
		KeyId: key.KeyId, PendingWindowInDays: aws.Int32(7),
	})).KeyState)
	fmt.Println(string(must(json.Marshal(steps))))
}
