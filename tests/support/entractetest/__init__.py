"""What end-to-end tests and the demo share: X servers, a person with a window manager, and the product.

Standard library only, for /usr/bin/python3. Everything is a context manager: what was started is ended,
by its pid, whatever happens; and should the test itself be killed, the kernel ends its processes
(PR_SET_PDEATHSIG), a guard its sessions, mounts and files (guard.py), and tests/e2e/no-leftovers tells of the rest.
"""
