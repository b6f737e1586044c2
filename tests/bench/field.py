"""What every measurement of the scanner stands on: its build, nginx with the demonstration's chain of three RSA
certificates on all of 127/8, a campaign, lists of targets, and a command's processor time and memory."""
import contextlib
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.realpath(os.path.join(HERE, "..", ".."))
BUILD = os.path.join(TOP, "build", "bench")
NAME = "api.platform.test"
FIRST = 0x7F010000  # 127.1.0.0, as the floor's

sys.path.insert(0, os.path.join(TOP, "tests", "support"))
import peers  # noqa: E402
import servers  # noqa: E402


class Run:
    """One run of a command to its end: its processor time, kernel's and own, its wall time, its peak memory."""

    def __init__(self, argv):
        began = time.monotonic()
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - began
        self.cpu_us = (usage.ru_utime + usage.ru_stime) * 1e6
        self.peak_kib = usage.ru_maxrss
        self.exit = process.returncode


def build():
    subprocess.run(["cmake", "--preset", "release", "-B", BUILD, "-DROOTSHIFT_TESTS=ON"], cwd=TOP, stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["cmake", "--build", BUILD, "--target", "rootshift-scanner", "floor"], stdout=subprocess.DEVNULL, check=True)


def address(number):
    return ".".join(str(FIRST + number >> shift & 255) for shift in (24, 16, 8, 0))


class Field:
    def __init__(self):
        self.servers = servers.Servers(NAME)
        self.dir = self.servers.dir
        self.port = self.servers.nginx("TLSv1.2 TLSv1.3", addresses="0.0.0.0")[1]
        self.older_port = self.servers.nginx("TLSv1.2", addresses="0.0.0.0")[1]
        self.newer_port = self.servers.nginx("TLSv1.3", addresses="0.0.0.0")[1]
        self.refused_port = peers.free_port("127.0.0.1")
        self.campaign = self.write_campaign()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.servers.close()

    def path(self, name):
        return os.path.join(self.dir, name)

    def write_campaign(self):
        with open(self.path("chains"), "w") as chains:
            for number, chain in enumerate(("old", "cross", "new")):
                chains.write("%s %s\n" % (chain, address(number)))
        with open(self.path("campaign.yaml"), "w") as campaign:
            subprocess.run([os.path.join(TOP, "deploy", "demonstration", "campaign"), self.dir, str(self.port), NAME],
                           stdout=campaign, check=True)
        return self.path("campaign.yaml")

    def targets(self, name, count, line):
        """A file of `count` lines, each what `line(number)` says; made once."""
        path = self.path("targets-" + name)
        if not os.path.exists(path):
            with open(path, "w") as lines:
                for number in range(count):
                    lines.write(line(number) + "\n")
        return path

    def scan(self, targets, depth, loops=1, in_flight=500, timeout=30, judging=True):
        return [os.path.join(BUILD, "bin", "rootshift-scanner"), "scan", "--targets", targets, "--depth", depth,
                "--rate", "100000", "--loops", str(loops), "--in-flight", str(in_flight), "--per-network", "100000",
                "--timeout", str(timeout), "--out", self.path("out")] + (["--campaign", self.campaign] if judging else [])

    @contextlib.contextmanager
    def relay(self, server_port, delay_ms=0, size=0):
        """The port of a relay before a server, as long as it is in use: see relay.py."""
        port = peers.free_port("127.0.0.1")
        process = self.servers.background(sys.executable, os.path.join(HERE, "relay.py"), str(port), str(server_port), str(delay_ms), str(size))
        peers.await_port("127.0.0.1", port, seconds=30)
        yield port
        process.kill()
        process.wait()

    def count(self, mark):
        """How many lines of the last output hold it."""
        return sum(mark in line for line in open(self.path("out")))


def verdict(good, text):
    print("%-4s %s" % ("ok" if good else "NOT", text), flush=True)
    return 0 if good else 1
