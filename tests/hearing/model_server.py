"""A web folder on the loopback that misbehaves as told: a server of archives for tests of installing models."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Folder:
    """``files`` by path. ``tricks`` are used up, one for each request of an archive: "cut:N" ends the connection after
    N bytes, "stall:N" sends no more after N bytes, "503" and the like answer so, "other-part" sends another range than
    was asked for. ``tag``: the version of all files; empty: it is not told."""

    files: dict[str, bytes] = field(default_factory=dict)
    tricks: list[str] = field(default_factory=list)
    tag: str = '"1"'
    tell_length: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range of every request."""
    sent: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@contextmanager
def serving() -> Iterator[Folder]:
    folder = Folder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            folder.asked.append((self.path, asked))
            path = self.path.partition("?")[0]
            trick = folder.tricks.pop(0) if folder.tricks and not path.endswith(".sha256") else ""
            body = folder.files.get(path)
            if trick.isdecimal():
                return self.send_error(int(trick))
            if body is None:
                return self.send_error(404)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            if asked and self.headers.get("If-Range") not in (None, folder.tag):
                start, asked = 0, ""
            if start and start >= len(body):
                return self.send_error(416)
            self.send_response(206 if asked else 200)
            if folder.tag:
                self.send_header("ETag", folder.tag)
            if asked:
                shown = 7 if trick == "other-part" else start
                self.send_header("Content-Range", f"bytes {shown}-{len(body) - 1}/{len(body)}")
            part = body[start:]
            if folder.tell_length:
                self.send_header("Content-Length", str(len(part)))
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            how, _, limit = trick.partition(":")
            if how in ("cut", "stall"):
                part = part[: int(limit)]
                self.close_connection = True
            folder.sent += len(part)
            self.wfile.write(part)
            self.wfile.flush()
            if how == "stall":
                folder.over.wait(20)
            return None

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    folder.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield folder
    finally:
        folder.over.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
