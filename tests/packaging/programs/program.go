package main

import (
	"example.com/pulumi-encrypted-tables/sdk/go/encryptedtables"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

var text = pulumi.String("text").ToStringOutput()

// Compiled only: nested types of which a table has one or the other.
var _ = encryptedtables.EncryptedTableArgs{
	KeyUsers:    pulumi.Array{encryptedtables.KeyUserArgs{Principal: text, Until: text}},
	RestoreFrom: encryptedtables.RestoreFromArgs{TableArn: text},
	GlobalSecondaryIndexes: encryptedtables.GlobalSecondaryIndexArray{encryptedtables.GlobalSecondaryIndexArgs{
		Name:           text,
		WarmThroughput: encryptedtables.WarmThroughputArgs{ReadUnitsPerSecond: pulumi.Int(12000)},
	}},
	LocalSecondaryIndexes: encryptedtables.LocalSecondaryIndexArray{encryptedtables.LocalSecondaryIndexArgs{
		SortKey: encryptedtables.KeyAttributeArgs{Name: text},
	}},
	KeyPolicyStatements: pulumi.MapArray{pulumi.Map{"Effect": text}},
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		user, err := encryptedtables.NewTestUser(ctx, "user", &encryptedtables.TestUserArgs{
			UserName: pulumi.String("sdk-user"),
		})
		if err != nil {
			return err
		}
		orders, err := encryptedtables.NewEncryptedTable(ctx, "orders", &encryptedtables.EncryptedTableArgs{
			PartitionKey:     encryptedtables.KeyAttributeArgs{Name: pulumi.String("id")},
			SortKey:          encryptedtables.KeyAttributeArgs{Name: pulumi.String("at"), Type: encryptedtables.AttributeTypeN},
			KeyPolicyProfile: encryptedtables.KeyPolicyProfileStrict,
			KeyDescription:   pulumi.Sprintf("Orders of %s", user.UserName),
			KeyUsers: pulumi.Array{
				pulumi.String("role/audit"),
				encryptedtables.KeyUserArgs{Principal: user.UserArn, Reason: pulumi.String("tests")},
			},
			ApplicationAccess: encryptedtables.ApplicationAccessMap{
				"shop": encryptedtables.ApplicationAccessArgs{
					Role:   pulumi.String("role/shop"),
					Access: encryptedtables.ItemAccessReadWrite,
				},
			},
			GlobalSecondaryIndexes: encryptedtables.GlobalSecondaryIndexArray{
				encryptedtables.GlobalSecondaryIndexArgs{
					Name:             pulumi.String("by-day"),
					PartitionKey:     encryptedtables.KeyAttributeArgs{Name: pulumi.String("day"), Type: encryptedtables.AttributeTypeS},
					ProjectionType:   encryptedtables.ProjectionTypeInclude,
					NonKeyAttributes: pulumi.StringArray{pulumi.String("total")},
				},
			},
			StreamViewType: encryptedtables.StreamViewTypeNewImage,
			Tags:           pulumi.StringMap{"owner": user.UserName},
			Ephemeral:      pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		ctx.Export("tables", pulumi.Map{"orders": orders.Declaration})
		return nil
	})
}
