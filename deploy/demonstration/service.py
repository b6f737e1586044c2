#!/usr/bin/python3
"""A partner's service in Python: calls the platform again and again, as its trust settings let it.

    service.py NAME PORT OUTCOMES [requests]

The production address is NAME as this host resolves it. Beside that, each round tries the addresses
in /etc/platform, so that OUTCOMES (one JSON object, rewritten each round) tells what this very
process, with the trust it loaded when it started, makes of each chain: {"old": true, ...}.
"""
import json
import os
import socket
import ssl
import sys
import time

name, port, outcomes = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def with_ssl():
    context = ssl.create_default_context()  # loaded once: a repaired file is seen after a restart only

    def accepts(address):
        with socket.create_connection((address, port), 5) as raw, \
                context.wrap_socket(raw, server_hostname=name) as tls:
            tls.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % name.encode())
            return tls.recv(12) == b"HTTP/1.1 200"
    return accepts


def with_requests():
    import requests
    import urllib3.util.connection as connection
    target = {}
    resolve = socket.getaddrinfo
    # Ask for NAME at a given address, as `curl --resolve` does; trust stays what requests makes it.
    connection.socket.getaddrinfo = lambda host, *rest, **more: resolve(target.get(host, host), *rest, **more)

    def accepts(address):
        target[name] = address
        return requests.get("https://%s:%d/" % (name, port), timeout=5).status_code == 200
    return accepts


accepts = with_requests() if "requests" in sys.argv[4:] else with_ssl()
chains = dict(line.split() for line in open("/etc/platform"))
while True:
    seen = {}
    for chain, address in chains.items():
        try:
            seen[chain] = accepts(address)
        except OSError as problem:  # ssl.SSLError and requests' errors are OSErrors
            seen[chain] = False
            seen[chain + "_problem"] = str(problem)
    with open(outcomes + ".part", "w") as file:
        json.dump(seen, file)
    os.rename(outcomes + ".part", outcomes)
    time.sleep(2)
