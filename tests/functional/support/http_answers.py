"""An HTTP server whose answers a test writes."""

import http.server
import threading
import urllib.parse


class Answers:
    """An HTTP server that answers each path with what the test says: (status, body), or a function
    of the query's parameters that gives them."""

    def __init__(self, answers):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802: the library's name
                path, _, query = self.path.partition("?")
                answer = answers[path]
                status, body = (answer(urllib.parse.parse_qs(query)) if callable(answer)
                                else answer)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
