"""Certificates by the openssl command and TLS servers that present them, for tests that ask real clients. All
files lie in the current directory: NAME.pem a certificate, KEY.key a key, made when first named."""
import os
import socket
import ssl
import subprocess
import sys
import threading

HOST = "www.example.com"
DATES = ("20200101000000Z", "20400101000000Z")
PAST = ("20200101000000Z", "20210101000000Z")

SIGNS = "keyUsage=critical,keyCertSign,cRLSign"
NAMED = "subjectKeyIdentifier=hash"
ISSUED = "authorityKeyIdentifier=keyid"
CA = ["basicConstraints=critical,CA:TRUE", SIGNS, NAMED]
LEAF = ["basicConstraints=CA:FALSE", "subjectAltName=DNS:localhost,DNS:" + HOST, ISSUED]

# What the environment says about trust is none of a client's business here.
CLEAN = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **more)


def can_be_had(*command, **more):
    """Whether something that comes over the network did, in good time."""
    try:
        return run(*command, **more).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def make_certificate(name, number, subject, key, issuer, issuer_key, extensions, dates):
    for one in (key, issuer_key or key):
        if not os.path.exists(one + ".key"):
            run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", one + ".key")
    with open("serial", "w") as out:
        out.write("%08X\n" % (number + 0x1000))
    open("index", "w").close()
    with open("extensions", "w") as out:
        out.write("\n".join(extensions or []))
    run("openssl", "req", "-new", "-key", key + ".key", "-subj", "/CN=" + subject, "-out", "request")
    command = ["openssl", "ca", "-batch", "-notext", "-config", "ca.conf", "-in", "request", "-out", name + ".pem",
               "-startdate", dates[0], "-enddate", dates[1]]
    command += ["-extfile", "extensions"] if extensions else []
    command += ["-cert", issuer + ".pem", "-keyfile", issuer_key + ".key"] if issuer else \
        ["-selfsign", "-keyfile", key + ".key"]
    result = run(*command)
    if result.returncode != 0:
        sys.exit("making %s: %s" % (name, result.stderr))


def make_certificates(rows):
    """Of {name: (subject, key, issuer or None for itself, the issuer's key, extensions or None for version 1,
    (not before, not after))}, issuers before what they issued."""
    with open("ca.conf", "w") as out:
        out.write("[ca]\ndefault_ca=x\n[x]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\n"
                  "policy=p\n[p]\ncommonName=supplied\n")
    for number, (name, row) in enumerate(rows.items()):
        make_certificate(name, number, *row)


def serve(chain, key):
    """A TLS server on a port of its own that presents the PEM files and answers until the test ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # whatever it is given, also to a client that knows no curves
    context.load_cert_chain(chain, key)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def answer(connection):
        try:
            connection.settimeout(10)
            with context.wrap_socket(connection, server_side=True) as peer:
                peer.recv(100)
                peer.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
        except OSError:
            connection.close()

    def accept():
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]
