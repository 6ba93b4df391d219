"""An answer reaches the client in one part."""

import socket
from urllib.parse import urlsplit

from local.process import LocalAws


def test_the_head_of_an_answer_comes_with_its_body(aws: LocalAws) -> None:
    address = urlsplit(aws.endpoint_url)
    request = f"POST / HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 2\r\n\r\n{{}}".encode()

    with socket.create_connection((address.hostname, address.port)) as connection:
        for _ in range(20):
            connection.sendall(request)
            head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 403")
            assert b"MissingAuthenticationToken" in body
