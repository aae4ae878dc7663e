"""Looking after the program itself: jobs that stopped, work that waits, cases nobody looks at, people nobody writes to.

What is found amiss is an alarm. Whoever runs the program is paged about it every hour until it is over or somebody sees
to it, and meanwhile the heartbeat to the watcher outside stops.
"""

from coach.watching.checks import BACKLOG_LASTS, INTERVALS, AlarmKind, Stopwatch
from coach.watching.watch import NoHeartbeat, Watching

__all__ = ["BACKLOG_LASTS", "INTERVALS", "AlarmKind", "NoHeartbeat", "Stopwatch", "Watching"]
