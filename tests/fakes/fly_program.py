"""What runs in a machine in tests: it says its number and that of a child that went its own way."""

import os
import subprocess
import time

child = subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
print(os.getpid(), child.pid, flush=True)  # noqa: T201 - that is how it is read
time.sleep(600)  # noqa: TID251 - a program, no event loop
