"""A ZeroMQ publisher by the wire protocol (ZMTP 3.0, rfc.zeromq.org/spec/23), as a Bitcoin node has
one for its blocks."""

import socket
import struct
import threading

GREETING = (b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0"
            + bytes(31))
MORE, LONG, COMMAND = 0x01, 0x02, 0x04


def frame(flags, body):
    if len(body) > 255:
        return bytes([flags | LONG]) + struct.pack(">Q", len(body)) + body
    return bytes([flags, len(body)]) + body


def command(name, body):
    return frame(COMMAND, bytes([len(name)]) + name + body)


class ZmqPublisher:
    """Listens at `address`; publish() reaches everybody who has subscribed by then. With `mute` it
    takes subscribers and tells them nothing."""

    def __init__(self, port=0):
        self._lock = threading.Condition()
        self._subscribers = []
        self._sequences = {}
        self._count = 0  # subscriptions since the start
        self.mute = False
        self._server = socket.create_server(("127.0.0.1", port))
        self.port = self._server.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        # shutdown() ends the accept() of the other thread, which close() alone does not.
        try:
            self._server.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._server.close()
        with self._lock:
            connections = [connection for connection, _ in self._subscribers]
            self._subscribers = []
        for connection in connections:
            connection.close()

    def wait_subscriber(self, topic, seconds=10):
        with self._lock:
            if not self._lock.wait_for(
                    lambda: any(each == topic for _, each in self._subscribers), seconds):
                raise AssertionError(f"nobody subscribed to {topic}")

    def wait_subscriptions(self, count, seconds=10):
        """Until so many have been made since the start."""
        with self._lock:
            if not self._lock.wait_for(lambda: self._count >= count, seconds):
                raise AssertionError(f"{self._count} subscriptions, not {count}")

    def publish(self, topic, body):
        """A message as Bitcoin Core sends it: topic, body and a counter."""
        with self._lock:
            sequence = self._sequences.get(topic, 0)
            self._sequences[topic] = sequence + 1
            self._send(topic, [topic, body, struct.pack("<I", sequence)])

    def publish_raw(self, parts):
        with self._lock:
            self._send(parts[0], parts)

    def _send(self, topic, parts):
        data = b"".join(frame(MORE if part is not parts[-1] else 0, part) for part in parts)
        for connection, wanted in self._subscribers:
            if not self.mute and topic.startswith(wanted):
                try:
                    connection.sendall(data)
                except OSError:
                    pass  # its thread takes it off the list

    def _accept(self):
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.sendall(GREETING + command(
                b"READY", b"\x0bSocket-Type" + struct.pack(">I", 3) + b"PUB"))
            self._read(connection, len(GREETING))
            while True:
                self._take(connection)
        except (OSError, EOFError):
            with self._lock:
                self._subscribers = [each for each in self._subscribers
                                     if each[0] is not connection]
            connection.close()

    def _take(self, connection):
        flags, size = self._read(connection, 2)
        if flags & LONG:
            size = struct.unpack(">Q", bytes([size]) + self._read(connection, 7))[0]
        body = self._read(connection, size)
        if flags & COMMAND:
            if body.startswith(b"\x04PING"):
                connection.sendall(command(b"PONG", body[7:]))
        elif body[:1] == b"\x01":
            with self._lock:
                self._subscribers.append((connection, body[1:]))
                self._count += 1
                self._lock.notify_all()

    @staticmethod
    def _read(connection, size):
        data = b""
        while len(data) < size:
            piece = connection.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data
