"""Scans by the program that the command line names, against servers with the demonstration's chains."""
import json
import os
import subprocess
import sys
import time

import jsonschema

import servers

PROGRAM = sys.argv.pop(1)
NAME = "pay.platform.test"
TIMEOUT_S = 2
SCHEMA = jsonschema.Draft7Validator(json.load(open(os.path.join(servers.TOP, "schema", "json", "scan-record.json"))))
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("ROOTSHIFT_")}


def begin(names):
    """Servers, to be closed; what tests say of them comes into the module whose `globals()` are given."""
    ground = servers.Servers(NAME)
    names.update(DIR=ground.dir, background=ground.background, s_server=ground.s_server, nginx=ground.nginx, mail=ground.mail)
    names.update((name.upper(), ground.chain(name)) for name in ("old", "cross", "new"))
    return ground


def scan(lines, *options, timeout=TIMEOUT_S, limit=60, prefix=()):
    """The records of one run, its metadata, how it ended and how long it took; `prefix` is a command that starts it."""
    text = "".join(line + "\n" for line in lines)
    started = time.monotonic()
    done = subprocess.run([*prefix, PROGRAM, "scan", "--targets", "-", "--timeout", str(timeout), *options],
                          input=text, capture_output=True, text=True, timeout=limit, env=ENVIRONMENT)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    for record in records:
        SCHEMA.validate(record)
    said = [line for line in done.stderr.splitlines() if line.startswith("{")]
    metadata = json.loads(said[-1]) if said else {}
    return records, metadata, done, time.monotonic() - started
