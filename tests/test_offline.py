"""tools/offline.py cuts a command off from the network and leaves it the loopback."""

import os
import pathlib
import subprocess
import sys

import pytest

TOOL = pathlib.Path(__file__).resolve().parent.parent / "tools" / "offline.py"
TRY = """
import os, socket
print("user", os.getuid())
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), timeout=5)
    print("loopback")
try:  # an address of documentation, to which a packet is sent only where there is a route
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9))
    print("network")
except OSError:
    print("no network")
"""


def run(*command):
    return subprocess.run([sys.executable, TOOL, *command], capture_output=True, text=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has network namespaces")
def test_only_the_loopback_is_left():
    done = run(sys.executable, "-c", TRY)
    if "not allowed here" in done.stderr:
        pytest.skip("this machine allows no network namespace")
    assert done.stdout.splitlines() == [f"user {os.getuid()}", "loopback", "no network"]


def test_without_a_command_it_says_what_to_give():
    done = run()
    assert done.returncode == 1
    assert "Give a command" in done.stderr
