"""JSON-RPC over HTTP as bitcoind and btcd speak it."""

import base64
import http.client
import json
import urllib.parse


class RpcError(Exception):
    """The node's own words for a refusal."""

    def __init__(self, code, message):
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message


class RpcClient:
    """One call a connection, so that a restarted node needs no care.

    Credentials: user and password, or `cookie`, a file that is read again at each call.
    """

    def __init__(self, url, user=None, password=None, cookie=None, timeout=60):
        self._url = urllib.parse.urlsplit(url)
        self._credentials = f"{user}:{password}" if user is not None else None
        self._cookie = cookie
        self._timeout = timeout
        self._next_id = 0

    def call(self, method, *params):
        self._next_id += 1
        credentials = self._credentials
        if credentials is None:
            with open(self._cookie, encoding="utf-8") as file:
                credentials = file.read().strip()
        body = json.dumps({"jsonrpc": "1.0", "id": self._next_id, "method": method,
                           "params": list(params)})
        connection = http.client.HTTPConnection(self._url.hostname, self._url.port,
                                                timeout=self._timeout)
        try:
            token = base64.b64encode(credentials.encode()).decode()
            connection.request("POST", self._url.path or "/", body,
                               {"Authorization": f"Basic {token}",
                                "Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status in (401, 403):
            raise RpcError(answer.status, "login refused")
        try:
            reply = json.loads(text)
        except ValueError:
            raise RpcError(answer.status, text[:200].decode(errors="replace")) from None
        if reply.get("error") is not None:
            raise RpcError(reply["error"]["code"], reply["error"]["message"])
        return reply["result"]
