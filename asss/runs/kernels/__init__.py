"""
Warm kernels: every notebook in a fresh process that has everything imported already.

A kernel that papermill starts the ordinary way imports pandas and the rest anew for
each report. Here one process, the fork server, imports everything once; each notebook
runs in a process forked from it, with a namespace of its own, and nothing that it does
reaches the next. All else is Jupyter's own: papermill, nbclient, jupyter_client and
ipykernel run unmodified, and only the start of the kernel's process is ours.

::

  engine        papermill's --engine warm, registered as an entry point
     ╎
  kernel        ipykernel in a process that was forked
     │
  forks         the fork server, the processes that it forks, and what ends them

Imports nothing else of asss. Processes are forked on Linux. Elsewhere, and where
``ASSS_KERNELS=cold`` asks for it, kernels are started as papermill starts them.
"""
