"""The source of a new table's items: another table, a backup, or files in S3."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .setting_types import AccountId, AttributeName, BackupArn, BucketName, Settings, TableArn, Time


class RestoreFrom(Settings):
    """Exactly one source: a table at a point in time, or a backup."""

    table_arn: TableArn | None = None
    date_time: Time | None = None
    backup_arn: BackupArn | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.table_arn is None) == (self.backup_arn is None):
            raise ValueError("give either tableArn or backupArn")
        if self.date_time and self.backup_arn is not None:
            raise ValueError("dateTime needs tableArn: a backup has a fixed time")
        return self


class ImportFrom(Settings):
    """Files of one format in an S3 bucket."""

    bucket: BucketName
    bucket_owner: AccountId | None = None
    key_prefix: Annotated[str, Field(max_length=1024)] | None = None
    input_format: Literal["DYNAMODB_JSON", "ION", "CSV"]
    input_compression_type: Literal["NONE", "GZIP", "ZSTD"] = "NONE"
    csv_delimiter: Literal[",", ";", ":", "|", "\t", " "] | None = None
    csv_header: Annotated[tuple[AttributeName, ...], Field(max_length=255)] = ()

    @model_validator(mode="after")
    def _describes_its_format(self) -> Self:
        if self.input_format != "CSV" and (self.csv_delimiter or self.csv_header):
            raise ValueError(f"csvDelimiter and csvHeader need inputFormat CSV, found {self.input_format}")
        return self
