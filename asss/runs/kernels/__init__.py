"""
Warm kernels: every notebook in a fresh process that has everything imported already.

A kernel that papermill starts the ordinary way imports pandas and the rest anew for
each report. Here one process, the fork server, imports everything once; each notebook
runs in a process forked from it, in ipykernel's own kernel and shell, with a namespace
of its own, and nothing that it does reaches the next. papermill and nbclient run
unmodified and record outputs, errors and tracebacks as ever: what they take for a
kernel manager is :class:`manager.Manager`.

::

  engine        papermill's --engine warm, registered as an entry point
     │
  manager       what nbclient knows: a kernel manager and its client
     │
  supply        where processes come from: forked, or spare ones started ahead
     ╎
  server        ┐ in other processes: the one that forks, or waits as a spare;
  kernel        ┘ and ipykernel without sockets

Knows nothing of reports, and imports nothing of asss. Which of the ways is used is
decided by the platform (see :mod:`supply`); ``ASSS_KERNELS=fork|spare|cold`` decides
otherwise.
"""
