"""Waiting for a condition with a deadline. Nothing here sleeps for a fixed time and hopes."""

import time


class Deadline:
    def __init__(self, seconds):
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self):
        return max(0.0, self._end - time.monotonic())

    def is_over(self):
        return self.remaining() == 0.0


def wait_until(condition, seconds, what, interval=0.02):
    """Polls `condition` until it is true and returns its value.

    Raises AssertionError with `what` (a text, or a function that makes one) at the deadline.
    """
    deadline = Deadline(seconds)
    while True:
        value = condition()
        if value:
            return value
        if deadline.is_over():
            text = what() if callable(what) else what
            raise AssertionError(f"not within {seconds} s: {text}")
        time.sleep(min(interval, deadline.remaining()))
