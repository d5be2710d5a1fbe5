"""Run a command where there is no network but the loopback: `python tools/offline.py make test`.

The command keeps its user, its files and its environment; what it starts is cut off as well. For
this Linux gives it a network namespace of its own, which other systems do not have.
"""

import ctypes
import os
import pathlib
import socket
import struct
import sys

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET in <sched.h>
SET_FLAGS, UP = 0x8914, 1  # SIOCSIFFLAGS, IFF_UP in <linux/sockios.h> and <net/if.h>


def leave_the_network():
    """Move this process into a network namespace of its own, with the loopback up.

    Raises:
        OSError: the system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    # Without being root one may do so inside a user namespace, in which one stays who one is.
    if libc.unshare(NEW_NETWORK if user == 0 else NEW_USER | NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "a network namespace is not allowed here")
    if user:
        same = {"uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
        for file, text in ({"setgroups": "deny"} | same).items():
            pathlib.Path("/proc/self", file).write_text(text)
    import fcntl  # not on Windows

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", UP))


def main(command):
    if not command:
        return "Give a command: python tools/offline.py make test"
    try:
        leave_the_network()
    except (AttributeError, OSError) as error:
        return f"The network cannot be cut off here ({error}); run {command[0]} without this."
    os.execvp(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
