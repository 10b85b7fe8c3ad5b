# SPDX-License-Identifier: MIT
"""A TCP relay that delays every byte, so that a connection on loopback has a round trip as one across a city has.

It runs an event loop on a thread of its own. Order, half-closed connections and resets pass through; a sender that is too fast
is held up, not buffered without end. There is no loss and no slow start: what it tells is about order, not about throughput.
"""
import asyncio
import threading

CHUNK = 64 * 1024
CHUNKS_IN_FLIGHT = 256


class Relay:
    """`with Relay(("127.0.0.1", 8443), delay_ms=5) as relay:` … connect to `relay.address`. The delay is one way, in ms."""

    def __init__(self, target, delay_ms):
        self.target = target
        self.delay = delay_ms / 1000
        self.connections = 0
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0))
        self.address = self.server.sockets[0].getsockname()
        self.port = self.address[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        both = (writer, far_writer)
        try:
            await asyncio.gather(self.pass_on(reader, far_writer, both), self.pass_on(far_reader, writer, both))
        finally:
            for end in both:
                end.close()

    async def pass_on(self, reader, writer, both):
        """One direction: a chunk leaves `delay` after it came, its end likewise."""
        queue = asyncio.Queue(CHUNKS_IN_FLIGHT)
        sender = asyncio.create_task(self.send_when_due(queue, writer, both))
        try:
            while data := await reader.read(CHUNK):
                await queue.put((self.loop.time() + self.delay, data))
        except OSError:
            data = None
        await queue.put((self.loop.time() + self.delay, data))
        await sender

    async def send_when_due(self, queue, writer, both):
        dead = False
        while True:
            due, data = await queue.get()
            await asyncio.sleep(due - self.loop.time())
            try:
                if data is None:
                    for end in both:
                        end.transport.abort()
                elif not dead and not data:
                    if writer.can_write_eof():
                        writer.write_eof()
                elif not dead:
                    writer.write(data)
                    await writer.drain()
            except OSError:
                # The other side is gone: what still comes is read and dropped, until that end notices too.
                dead = True
                for end in both:
                    end.transport.abort()
            if not data:
                return

    def close(self):
        """Cuts every connection and ends the thread."""
        if not self.loop.is_closed():
            asyncio.run_coroutine_threadsafe(self.finish(), self.loop).result(10)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(10)
            self.loop.close()

    async def finish(self):
        self.server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.server.wait_closed()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
