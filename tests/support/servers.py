"""Real TLS servers with the demonstration's chains, in a folder of their own that goes away with them."""
import base64
import hashlib
import os
import re
import subprocess
import tempfile

import peers

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


def chain_of(path):
    blocks = re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END", open(path).read(), re.S)
    return [hashlib.sha256(base64.b64decode(block)).hexdigest() for block in blocks]


class Servers:
    def __init__(self, name):
        self.running = []
        self.dir = tempfile.mkdtemp(prefix="rootshift-scan-")
        subprocess.run([os.path.join(TOP, "deploy", "demonstration", "pki"), self.dir + "/pki", name], check=True)
        for chain in ("old", "cross", "new"):  # openssl s_server takes what stands above the leaf
            blocks = open("%s/pki/chain-%s.pem" % (self.dir, chain)).read().split("-----BEGIN", 2)
            open("%s/pki/above-%s.pem" % (self.dir, chain), "w").write("-----BEGIN" + blocks[2])

    def close(self):
        for process in self.running:
            process.terminate()  # killed outright, nginx would leave its workers behind
        for process in self.running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        subprocess.run(["rm", "-rf", self.dir])

    def chain(self, name):
        """The fingerprints of the chain old, cross or new."""
        return chain_of("%s/pki/chain-%s.pem" % (self.dir, name))

    def background(self, *arguments, stdin=subprocess.DEVNULL):
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=stdin)
        self.running.append(process)
        return process

    def s_server(self, *options, chain="cross"):
        address = peers.fresh_address()
        port = peers.free_port(address)
        age = "old" if chain == "old" else "new"
        self.background("openssl", "s_server", "-accept", "%s:%d" % (address, port), "-cert", "%s/pki/server-%s.pem" % (self.dir, age),
                        "-key", "%s/pki/server-%s.key" % (self.dir, age), "-cert_chain", "%s/pki/above-%s.pem" % (self.dir, chain),
                        "-quiet", *options, stdin=subprocess.PIPE)
        peers.await_port(address, port)
        return address, port

    def nginx(self, protocol, more="", addresses=None):
        """Serves many at once: on all of 127/8 by one port when `addresses` says so ("0.0.0.0"). `more` is for its server."""
        address = addresses or peers.fresh_address()
        port = peers.free_port(address)
        run = "%s/nginx-%d" % (self.dir, port)
        os.makedirs(run)
        with open(run + "/conf", "w") as conf:
            conf.write("daemon off; worker_processes 1; pid %s/pid; error_log %s/error.log; %s events { worker_connections 4096; }\n"
                       "http { access_log off; %s\nserver { listen %s:%d ssl backlog=4096; ssl_protocols %s; ssl_certificate %s/pki/chain-cross.pem;"
                       " ssl_certificate_key %s/pki/server-new.key; %s location / { return 200; } } }\n"
                       % (run, run, "user root;" if os.getuid() == 0 else "",
                          " ".join("%s_temp_path %s/%s;" % (path, run, path) for path in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")),
                          address, port, protocol, self.dir, self.dir, more))
        self.background("nginx", "-p", run, "-e", run + "/error.log", "-c", run + "/conf")
        peers.await_port("127.0.0.1" if addresses else address, port)
        return address, port

    def mail(self, protocol, tls="TLSv1.3", starttls="on"):
        """nginx as a proxy of "smtp", "imap" or "pop3" that nobody stands behind; `starttls`: on, off."""
        address = peers.fresh_address()
        port = peers.free_port(address)
        run = "%s/mail-%s-%d" % (self.dir, address, port)
        os.makedirs(run)
        with open(run + "/conf", "w") as conf:
            conf.write("load_module /usr/lib/nginx/modules/ngx_mail_module.so; daemon off; worker_processes 1; pid %s/pid; error_log %s/error.log;\n"
                       "%s events { worker_connections 256; }\nmail { server_name mail.test; auth_http 127.0.0.1:1/; server { listen %s:%d; protocol %s;\n"
                       "starttls %s; ssl_protocols %s; ssl_certificate %s/pki/chain-cross.pem; ssl_certificate_key %s/pki/server-new.key; } }\n"
                       % (run, run, "user root;" if os.getuid() == 0 else "", address, port, protocol, starttls, tls, self.dir, self.dir))
        self.background("nginx", "-p", run, "-e", run + "/error.log", "-c", run + "/conf")
        peers.await_port(address, port)
        return address, port
