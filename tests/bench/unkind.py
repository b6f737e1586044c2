#!/usr/bin/env python3
"""unkind.py SILENT TRICKLING BREAKING: three ports on all of 127/8. One accepts and says nothing, one sends a byte of a
TLS record each second, one resets when it is spoken to."""
import asyncio
import socket
import struct
import sys

RECORD = bytes.fromhex("160303400002003ff0") + bytes(16000)


async def be_silent(reader, writer):
    await reader.read()


async def trickle(_, writer):
    for byte in RECORD:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def break_off(reader, writer):
    await reader.read(1)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def doing(deed):
    async def serve(reader, writer):
        try:
            await deed(reader, writer)
        except OSError:
            pass
        finally:
            writer.transport.abort()
    return serve


async def main():
    for deed, port in zip((be_silent, trickle, break_off), sys.argv[1:]):
        await asyncio.start_server(doing(deed), "0.0.0.0", int(port), backlog=4096)
    await asyncio.Event().wait()


asyncio.run(main())
