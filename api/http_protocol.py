"""HTTP/1.1 as the server reads it: httptools by uvicorn, with a bound on what it keeps of a head without an end."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
"""Of a request line with its headers, or of trailers; uvicorn bounds them for h11 alone."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """A head longer than HEAD_BYTES, and what more the reading at hand brought, is answered with 400 and the
    connection closed. Bodies are bounded by `api.security.BodyLimit`."""

    _unread = 0
    """Bytes since the parser last got to something: the end of a head, a piece of a body, the end of a message."""

    def data_received(self, data: bytes) -> None:
        """One reading of the connection."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """Callback of the parser, as the two below."""
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()
