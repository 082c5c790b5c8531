"""A program on a pseudo-terminal, typed to and read as a person would."""

import os
import pty
import select
import subprocess
import termios
import time


class Terminal:
    def __init__(self, arguments, environment=None):
        self._master, slave = pty.openpty()
        full = {**os.environ, **(environment or {})}
        self._process = subprocess.Popen([str(argument) for argument in arguments], stdin=slave,
                                         stdout=slave, stderr=slave, env=full,
                                         start_new_session=True, preexec_fn=self._take_terminal)
        self._slave = slave  # kept open, so that its state can be looked at
        self.text = ""

    @staticmethod
    def _take_terminal():
        """Makes standard input the controlling terminal, so that its keys send signals."""
        os.close(os.open(os.ttyname(0), os.O_RDWR))

    @property
    def pid(self):
        return self._process.pid

    def has_echo(self):
        return bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)

    def _read(self, seconds):
        ready, _, _ = select.select([self._master], [], [], seconds)
        if ready:
            self.text += os.read(self._master, 65536).decode(errors="replace").replace("\r\n", "\n")

    def expect(self, words, seconds=20):
        """Waits until the words stand behind what was expected before; what came until then."""
        end = time.monotonic() + seconds
        start = getattr(self, "_seen", 0)
        while (place := self.text.find(words, start)) < 0:
            if time.monotonic() > end or (self._process.poll() is not None and not select.select(
                    [self._master], [], [], 0)[0]):
                raise AssertionError(f"no {words!r} in\n{self.text}")
            self._read(0.1)
        self._seen = place + len(words)
        return self.text[start:place]

    def type(self, text):
        os.write(self._master, text.encode())

    def answer(self, question, text, seconds=20):
        """Waits for the question and types the answer with Enter."""
        self.expect(question, seconds)
        self.expect(": ", seconds)
        self.type(text + "\n")

    def exit_code(self, seconds=20):
        end = time.monotonic() + seconds
        while self._process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"still runs:\n{self.text}")
            self._read(0.05)
        self._read(0.05)
        return self._process.returncode

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)
        os.close(self._slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
