"""The scanners that others use, each built as a module of its own."""
import os
import shutil
import subprocess

# Pinned: what is compared must be the same next year, and some proxies of Go modules know no "latest".
MODULES = {
    "tlsx": ("github.com/projectdiscovery/tlsx", "v1.1.9"),
    "zgrab2": ("github.com/zmap/zgrab2", "v1.0.0"),
}


def go_tool(name, folder):
    """The program, built once below `folder`; None, with the reason said, where it cannot be had."""
    path, version = MODULES[name]
    home = os.path.join(folder, "%s-%s" % (name, version))
    program = os.path.join(home, name)
    if os.path.exists(program):
        return program
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if go is None:
        print("no Go here: %s is left out" % name)
        return None
    os.makedirs(home, exist_ok=True)
    with open(os.path.join(home, "go.mod"), "w") as module:
        module.write("module bench\n\ngo 1.24\n\nrequire %s %s\n" % (path, version))
    print("building %s %s: a few minutes, once" % (name, version), flush=True)
    built = subprocess.run([go, "build", "-o", name, "%s/cmd/%s" % (path, name)], cwd=home, text=True, capture_output=True,
                           env=dict(os.environ, GOFLAGS="-mod=mod"))
    if built.returncode == 0:
        return program
    print("%s cannot be built and is left out: %s" % (name, built.stderr.strip().splitlines()[-1]))
    return None
