#!/usr/bin/env python3
"""Run a command and say what it used.

    measure.py LIMIT_S COMMAND [ARG...]      (file descriptor 3 is open for writing)

Writes one JSON object to descriptor 3: {exit, wall_s, cpu_s, rss_kb}; `cpu_s` is user and system time
with all children, `rss_kb` the largest resident size that one process of them reached, `exit` null
where the time limit ended it. Standard streams are the command's own.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time


def main() -> None:
    limit, command = float(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(3, False)
    started = time.perf_counter()
    process = subprocess.Popen(command, start_new_session=True)
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        code = None
    wall = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1024 if sys.platform == "darwin" else 1      # macOS counts bytes
    with open(3, "w") as out:
        json.dump({"exit": code, "wall_s": wall, "cpu_s": used.ru_utime + used.ru_stime,
                   "rss_kb": used.ru_maxrss // unit}, out)


main()
