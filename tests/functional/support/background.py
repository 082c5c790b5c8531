"""Work that runs beside the checks, in a thread."""

import threading


class Background:
    """Runs `function` at once; result() waits for it and gives its value or its failure."""

    def __init__(self, function):
        self._function = function
        self._failure = None
        self._value = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            self._value = self._function()
        except BaseException as failure:  # raised again by result()
            self._failure = failure

    def is_running(self):
        return self._thread.is_alive()

    def result(self):
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._value
