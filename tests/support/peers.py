"""Peers that do one unkind thing each, on loopback addresses of their own and ports chosen at run time.

A `Cutter` stands before a real TLS server and lets its messages through up to a point; what it does there
is its deed. In TLS 1.2 it sees the handshake's messages, in TLS 1.3 only records.
"""
import collections
import itertools
import queue
import socket
import struct
import threading
import time

SERVER_HELLO, CERTIFICATE = 2, 11
ALERT_40 = bytes.fromhex("15030300020228")
_networks = itertools.count(1)


def fresh_address():
    """Each peer gets a /24 of its own, so that no cap on one of them delays another."""
    number = next(_networks)
    return "127.%d.%d.1" % (90 + number // 250, number % 250)


class Peer:
    """Accepts, and gives each connection to `deed(connection)` in a thread of its own."""

    def __init__(self, deed, backlog=64):
        self.deed = deed
        self.listener = socket.socket()
        self.address = fresh_address()
        self.listener.bind((self.address, 0))
        self.listener.listen(backlog)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            self.deed(connection)
        except OSError:
            pass


class Closed:
    """A port on which nobody listens."""

    def __init__(self):
        self.address = fresh_address()
        with socket.socket() as probe:
            probe.bind((self.address, 0))
            self.port = probe.getsockname()[1]


class Full:
    """A listener whose queue is full: further connections stay without any answer."""

    def __init__(self):
        self.address = fresh_address()
        self.listener = socket.socket()
        self.listener.bind((self.address, 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.waiting = []
        for _ in range(20):  # until one of them is left without an answer
            one = socket.socket()
            one.settimeout(0.5)
            self.waiting.append(one)
            try:
                one.connect((self.address, self.port))
            except socket.timeout:
                return
        raise RuntimeError("the queue does not fill")


def close(connection):
    connection.shutdown(socket.SHUT_WR)
    time.sleep(0.2)
    connection.close()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)  # wakes a thread that still reads, or its hold would keep the socket
    time.sleep(0.05)
    connection.close()


def stall(connection):
    time.sleep(60)


def alert(connection):
    connection.sendall(ALERT_40)
    close(connection)


def say(words, then=stall):
    def deed(connection):
        connection.recv(4096)
        connection.sendall(words)
        then(connection)
    return deed


def trickle(connection):
    for byte in bytes.fromhex("160303400002003ff0") + bytes(10000):
        connection.sendall(bytes([byte]))
        time.sleep(0.2)


def pour(connection):
    connection.recv(4096)
    pour_on(connection)


def pour_on(connection):
    """Handshake records without end: HelloRequests, which a client may ignore (RFC 5246 section 7.4.1.1)."""
    while True:
        connection.sendall(bytes.fromhex("1603030004" "00000000") * 100)


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("ended")
        data += more
    return data


def read_record(connection):
    header = read_exactly(connection, 5)
    return header, read_exactly(connection, struct.unpack(">H", header[3:])[0])


def pump(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass


class Cutter(Peer):
    """`last`: the handshake message after which the deed comes (TLS 1.2); `replace`: message type to bytes."""

    def __init__(self, server, last, deed, replace=None):
        self.server, self.last, self.after, self.replace = server, last, deed, replace or {}
        super().__init__(self.cut)

    def cut(self, client):
        upstream = socket.create_connection(self.server)
        threading.Thread(target=pump, args=(client, upstream), daemon=True).start()
        pending = b""
        while True:
            header, body = read_record(upstream)
            if header[0] != 22:
                client.sendall(header + body)
                continue
            pending += body
            while len(pending) >= 4 and len(pending) >= 4 + int.from_bytes(pending[1:4], "big"):
                size = 4 + int.from_bytes(pending[1:4], "big")
                message, pending = pending[:size], pending[size:]
                message = self.replace.get(message[0], message)
                for at in range(0, len(message), 16384):
                    part = message[at:at + 16384]
                    client.sendall(b"\x16\x03\x03" + struct.pack(">H", len(part)) + part)
                if message[0] == self.last:
                    self.after(client)
                    return


class Cutter13(Peer):
    """Lets `records` encrypted records of a TLS 1.3 server through after its hello."""

    def __init__(self, server, records, deed):
        self.server, self.records, self.after = server, records, deed
        super().__init__(self.cut)

    def cut(self, client):
        upstream = socket.create_connection(self.server)
        threading.Thread(target=pump, args=(client, upstream), daemon=True).start()
        left = self.records
        while True:
            header, body = read_record(upstream)
            client.sendall(header + body)
            if header[0] == 22 and left == 0:
                break
            if header[0] == 23:
                left -= 1
                if left == 0:
                    break
        self.after(client)


class Spoiler(Peer):
    """Stands before a TLS 1.2 server and changes a byte in each record of application data that the client sends."""

    def __init__(self, server):
        self.server = server
        super().__init__(self.spoil)

    def spoil(self, client):
        upstream = socket.create_connection(self.server)
        threading.Thread(target=pump, args=(upstream, client), daemon=True).start()
        while True:
            header, body = read_record(client)
            if header[0] == 23:
                body = body[:-1] + bytes([body[-1] ^ 1])
            upstream.sendall(header + body)


class Resolver:
    """A DNS server: `zone` maps a name to what is done about it. Each answer takes `delay` seconds, whatever else is asked."""

    def __init__(self, zone, delay=0):
        self.zone, self.delay = zone, delay
        self.late = queue.SimpleQueue()
        self.asked = collections.Counter()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()
        threading.Thread(target=self._send, daemon=True).start()

    def _run(self):
        while True:
            query, client = self.socket.recvfrom(2048)
            answer = self.answer(query)
            if answer is not None:
                self.late.put((time.monotonic() + self.delay, answer, client))

    def _send(self):
        while True:
            due, answer, client = self.late.get()
            time.sleep(max(0, due - time.monotonic()))
            self.socket.sendto(answer, client)

    def answer(self, query):
        name, at = [], 12
        while query[at]:
            name.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        deed = self.zone.get(".".join(name).lower(), {"rcode": 3})
        self.asked[(tuple(name), kind)] += 1
        if self.asked[(tuple(name), kind)] <= deed.get("loses", 0):
            return None
        if deed.get("silent") or kind in deed.get("silent_for", ()):
            return None
        addresses = [a for a in deed.get("addresses", ()) if (":" in a) == (kind == 28)]
        flags = 0x8180 | deed.get("rcode", 0) | (0x0200 if deed.get("truncated") else 0)
        answer = query[:2] + struct.pack(">HHHHH", flags, 1, len(addresses), 0, 0) + question
        for address in addresses:
            data = socket.inet_pton(socket.AF_INET6 if kind == 28 else socket.AF_INET, address)
            answer += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
        return answer


def free_port(address="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def await_port(address, port, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("nothing listens on %s:%d" % (address, port))
