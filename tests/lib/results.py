"""Counts and prints test results; thread-safe."""
import threading
import time


class Results:
    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], 0
        self.lock = threading.Lock()

    def add(self, name, reason=None, seconds=None, detail=""):
        """reason None: passed."""
        took = "" if seconds is None else " (%.1f s)" % seconds
        with self.lock:
            if reason is None:
                self.passed += 1
                print("pass %s%s" % (name, took), flush=True)
                return
            self.failed.append(name)
            print("FAIL %s%s: %s" % (name, took, reason), flush=True)
            if detail:
                print("    " + detail.rstrip().replace("\n", "\n    "), flush=True)

    def skip(self, name, reason):
        with self.lock:
            self.skipped += 1
            print("skip %s: %s" % (name, reason), flush=True)

    def run(self, name, function):
        """Runs function(); an exception is a failure. AssertionError's text is the reason."""
        started = time.monotonic()
        try:
            function()
        except AssertionError as e:
            text = str(e) or "assertion failed"
            reason, _, detail = text.partition("\n")
            self.add(name, reason, time.monotonic() - started, detail)
        except Exception as e:
            self.add(name, "%s: %s" % (type(e).__name__, e), time.monotonic() - started)
        else:
            self.add(name, None, time.monotonic() - started)

    def finish(self):
        """Prints the closing lines; returns the exit code."""
        if self.failed:
            print("failed: " + ", ".join(sorted(self.failed)))
        skipped = ", %d skipped" % self.skipped if self.skipped else ""
        print("%d passed, %d failed%s" % (self.passed, len(self.failed), skipped), flush=True)
        return 1 if self.failed or not self.passed else 0
