"""A KMS key for the secrets in the states of tests.

From a passphrase the engine derives a key in a million rounds, with every command: a third of its time.
https://www.pulumi.com/docs/iac/concepts/secrets/#aws-key-management-service-kms
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.http_server import http_server

FIELDS = {
    "TrentService.Encrypt": ("Plaintext", "CiphertextBlob"),
    "TrentService.Decrypt": ("CiphertextBlob", "Plaintext"),
}


@contextmanager
def state_key() -> Iterator[str]:
    """Serve a key whose ciphertext is the plaintext, and give its URL for `pulumi stack init`.

    The key encrypts only the data key of a stack, with which the engine encrypts the stack's secrets.
    """
    with http_server(_Key) as url:
        yield f"awskms:///alias/state?region=us-east-1&endpoint={url}"


class _Key(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html and API_Decrypt.html."""
        given, returned = FIELDS[self.headers["X-Amz-Target"]]
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"KeyId": "alias/state", returned: request[given]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the output of tests free of requests."""
