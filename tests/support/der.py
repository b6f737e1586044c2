"""Certificates byte by byte, for what no tool will make: odd encodings, odd keys, odd extensions. Signed by the openssl
command; keys lie in the current directory as KIND.USE.key."""
import base64
import hashlib
import os
import sys

from authority import run


def tlv(tag, content):
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x80 | len(octets)]) + octets) + content


def seq(*parts):
    return tlv(0x30, b"".join(parts))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    content = b""
    for arc in [first * 40 + second] + rest:
        octets = [arc & 127]
        while arc := arc >> 7:
            octets.append(128 | (arc & 127))
        content += bytes(reversed(octets))
    return tlv(6, content)


def integer(value):
    bits = (value if value >= 0 else -value - 1).bit_length()
    return tlv(2, value.to_bytes(bits // 8 + 1, "big", signed=True))


UTF8, PRINTABLE, T61, IA5, BMP = 12, 19, 20, 22, 30
CODECS = {BMP: "utf-16-be", T61: "latin-1"}


def name(common_name=None, tag=UTF8):
    """With one attribute, or empty."""
    if common_name is None:
        return seq()
    return seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(tag, common_name.encode(CODECS.get(tag, "utf-8"))))))


def extension(identifier, value, critical=False):
    return seq(oid(identifier), tlv(1, b"\xff") if critical else b"", tlv(4, value))


def utc(text):
    return tlv(23, text.encode())


def generalized(text):
    return tlv(24, text.encode())


# how keys are made, and what they sign with unless told otherwise
KINDS = {"rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "rsa1023": ["RSA", "-pkeyopt", "rsa_keygen_bits:1023"],
         "ed25519": ["ED25519"], "ed448": ["ED448"],
         **{curve: ["EC", "-pkeyopt", "ec_paramgen_curve:" + curve]
            for curve in ("P-256", "P-384", "P-521", "secp256k1", "brainpoolP256r1")}}
NULL = b"\x05\x00"
RSA_ALGORITHMS = {"sha224": "1.2.840.113549.1.1.14", "sha256": "1.2.840.113549.1.1.11",
                  "sha3-256": "2.16.840.1.101.3.4.3.14"}
EC_ALGORITHMS = {"sha256": "1.2.840.10045.4.3.2", "sha512": "1.2.840.10045.4.3.4"}


def key_file(key):
    path = key + ".key"
    if not os.path.exists(path):
        kind = KINDS[key.rpartition(".")[0]]
        run("openssl", "genpkey", "-algorithm", *kind, "-out", path)
    return path


def public_key(key):
    path = key + ".spki"
    if not os.path.exists(path):
        run("openssl", "pkey", "-in", key_file(key), "-pubout", "-outform", "DER", "-out", path)
    return open(path, "rb").read()


def key_id(key):
    return hashlib.sha1(public_key(key)).digest()


def algorithm(key, digest):
    if key.startswith("rsa"):
        return seq(oid(RSA_ALGORITHMS[digest]), NULL)
    if key.startswith("ed"):
        return seq(oid("1.3.101.112" if key.startswith("ed25519") else "1.3.101.113"))
    return seq(oid(EC_ALGORITHMS[digest]))


def sign(key, digest, data):
    with open("to-be-signed", "wb") as out:
        out.write(data)
    how = ["-rawin"] if key.startswith("ed") else ["-rawin", "-digest", digest]
    result = run("openssl", "pkeyutl", "-sign", "-inkey", key_file(key), *how, "-in", "to-be-signed", "-out", "signature")
    if result.returncode != 0:
        sys.exit("signing: " + result.stderr)
    return open("signature", "rb").read()


def certificate(subject, key, issuer, issuer_key, extensions, serial=1, version=2, not_before=utc("200101000000Z"),
                not_after=utc("400101000000Z"), digest="sha256", inner=None, ids=b""):
    outer = algorithm(issuer_key, digest)
    signed = seq((tlv(0xa0, integer(version)) if version else b"") + integer(serial) + (inner or outer) + issuer +
                 seq(not_before, not_after) + subject + public_key(key) + ids +
                 (tlv(0xa3, seq(*extensions)) if extensions else b""))
    return seq(signed, outer, tlv(3, b"\0" + sign(issuer_key, digest, signed)))


def pem(der):
    text = base64.b64encode(der).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return "-----BEGIN CERTIFICATE-----\n" + "\n".join(lines) + "\n-----END CERTIFICATE-----\n"
