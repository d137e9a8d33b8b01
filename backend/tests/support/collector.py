"""A collector of traces in a thread: takes what OTLP over HTTP sends, keeps every byte, and reads it as spans."""

import contextlib
import gzip
import http.server
import threading

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collected:
    """What came, oldest first."""

    def __init__(self):
        self.address, self.bodies, self.headers = "", [], []
        self.answer = threading.Event()  # cleared: it accepts, reads and never answers
        self.answer.set()

    def requests(self):
        return [ExportTraceServiceRequest.FromString(body) for body in list(self.bodies)]

    def resources(self):
        return [words(group.resource.attributes) for sent in self.requests() for group in sent.resource_spans]

    def spans(self):
        return [
            span
            for sent in self.requests()
            for group in sent.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]

    def named(self, name):
        return [span for span in self.spans() if span.name == name]


def words(attributes):
    """The attributes of a span as a dictionary."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@contextlib.contextmanager
def collector():
    """A running collector."""
    got = Collected()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.headers.append((self.path, dict(self.headers)))
            got.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            got.answer.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        got.address = f"http://127.0.0.1:{server.server_address[1]}"
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield got
        finally:
            got.answer.set()
            server.shutdown()
            serving.join()
