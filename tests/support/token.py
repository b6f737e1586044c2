"""token.py PARTNER BROKER: an enrolment token by a hand-written protobuf encoder, as another implementation would make it."""
import base64
import os
import sys
import time


def field(number, data):
    return bytes([number << 3 | 2, len(data)]) + data


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


partner, broker = sys.argv[1:]
message = (field(1, os.urandom(16)) + field(2, os.urandom(32)) + field(3, partner.encode())
           + field(4, broker.encode()) + field(5, os.urandom(32)) + bytes([6 << 3]) + varint(int(time.time()) + 86400))
print("rst1." + base64.urlsafe_b64encode(message).decode().rstrip("="))
