"""A target that dies: it passes lines to the real target, and after so many of them
closes its input, lets it end, and kills itself.

    stop.py LINES LOG COMMAND...

A real target loses what it had not stored; one that confirms nothing after a record is
given whole pages only, with LINES as `N:states`. The ids of records that the target took
go to LOG, a line each.
"""

import json
import os
import signal
import subprocess
import sys

limit, _, unit = sys.argv[1].partition(":")
limit = int(limit)
target = subprocess.Popen(sys.argv[3:], stdin=subprocess.PIPE)
waiting = []
with open(sys.argv[2], "a") as log:
    def take():
        for line in waiting:
            target.stdin.write(line)
            message = json.loads(line)
            if message["type"] == "RECORD":
                log.write(f"{message['record']['id']}\n")
        waiting.clear()

    for number, line in enumerate(sys.stdin.buffer, 1):
        waiting.append(line)
        if unit != "states" or b'"STATE"' in line[:20]:
            take()
        if limit and number == limit:
            target.stdin.close()
            target.wait()
            log.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    take()
target.stdin.close()
sys.exit(target.wait())
