#!/usr/bin/env python3
"""relay.py PORT SERVER_PORT DELAY_MS BYTES: listens on all of 127/8 and stands before a real TLS server on loopback.

What a client says waits DELAY_MS; of what the server answers BYTES go through, and then nothing more (0: all of it).
"""
import asyncio
import sys

PORT, SERVER, DELAY_MS, BYTES = (int(word) for word in sys.argv[1:5])


async def pass_on(source, target, left):
    try:
        while left > 0:
            data = await source.read(65536)
            if not data:
                break
            target.write(data[:left])
            left -= len(data)
            await target.drain()
        if left <= 0:
            await asyncio.sleep(3600)
    except OSError:
        pass


async def serve(reader, writer):
    upstream = None
    try:
        await asyncio.sleep(DELAY_MS / 1000)
        server, upstream = await asyncio.open_connection("127.0.0.1", SERVER)
        tasks = [asyncio.create_task(pass_on(reader, upstream, sys.maxsize)),
                 asyncio.create_task(pass_on(server, writer, BYTES or sys.maxsize))]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # whoever ends first ends both
        for task in tasks:
            task.cancel()
    except OSError:
        pass
    finally:
        for end in (writer, upstream):
            if end is not None:
                end.transport.abort()


async def main():
    await asyncio.start_server(serve, "0.0.0.0", PORT, backlog=4096)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
