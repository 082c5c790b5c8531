"""Programs under test: started with a log, waited for, ended by their own process id."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from waiting import wait_until

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


def binary(name):
    """A program of this build: WARP_BIN_DIR (set by ctest), else build/dev/bin."""
    folder = pathlib.Path(os.environ.get("WARP_BIN_DIR", REPOSITORY / "build" / "dev" / "bin"))
    path = folder / name
    if not path.is_file():
        raise AssertionError(f"{path} is not built")
    return path


def free_port():
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port, host="127.0.0.1"):
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


class Folder:
    """A temporary folder, removed by close() unless WARP_KEEP_FILES is set."""

    def __init__(self, prefix="warp-"):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=prefix))

    def __truediv__(self, name):
        return self.path / name

    def close(self):
        if os.environ.get("WARP_KEEP_FILES"):
            print(f"kept {self.path}")
        else:
            shutil.rmtree(self.path, ignore_errors=True)


class Process:
    """One running program. Its output, both streams joined, is kept line by line."""

    def __init__(self, arguments, environment=None, folder=None):
        self.arguments = [str(argument) for argument in arguments]
        full = dict(os.environ)
        full.update(environment or {})
        self._lines = []
        self._changed = threading.Condition()
        self._is_drained = False
        self._process = subprocess.Popen(
            self.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=full, cwd=folder, text=True, encoding="utf-8",
            errors="replace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self):
        return self._process.pid

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._is_drained = True
            self._changed.notify_all()

    def lines(self):
        with self._changed:
            return list(self._lines)

    def output(self):
        return "\n".join(self.lines())

    def wait_line(self, part, seconds=10, start=0):
        """The first line from number `start` on that holds `part`, with its number."""

        def find():
            for number in range(start, len(self._lines)):
                if part in self._lines[number]:
                    return number
            return None

        with self._changed:
            self._changed.wait_for(lambda: find() is not None or self._is_drained, seconds)
            number = find()
            if number is not None:
                return number, self._lines[number]
        raise AssertionError(
            f"no line with {part!r} within {seconds} s in the output of {self.arguments[0]}:\n"
            + self.output())

    def wait_listening(self, port, seconds=20):
        def ready():
            if not self.is_running():
                raise AssertionError(f"{self.arguments[0]} ended with {self._process.returncode}:\n"
                                     + self.output())
            return is_listening(port)

        wait_until(ready, seconds, lambda: f"port {port} open:\n{self.output()}")

    def is_running(self):
        return self._process.poll() is None

    def wait_exit(self, seconds=20):
        """Exit code; negative is the number of the signal that ended it."""
        try:
            code = self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.arguments[0]} still runs after {seconds} s:\n"
                                 + self.output()) from None
        self._reader.join(timeout=5)
        return code

    def signal(self, number):
        self._process.send_signal(number)

    def stop(self, seconds=20):
        """SIGTERM and the exit code."""
        if self.is_running():
            self.signal(signal.SIGTERM)
        return self.wait_exit(seconds)

    def kill(self):
        """For clean-up: ends the program whatever state it is in."""
        if self.is_running():
            self._process.kill()
        self._process.wait()
        self._reader.join(timeout=5)


def run(arguments, environment=None, seconds=60, folder=None):
    """Runs a program to its end: (exit code, output of both streams)."""
    process = Process(arguments, environment, folder)
    try:
        return process.wait_exit(seconds), process.output()
    finally:
        process.kill()
