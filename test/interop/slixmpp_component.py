"""Slixmpp as a component that says back what it hears: orders on standard input, events on standard output, one JSON object a line."""
import asyncio
import json
import sys

import slixmpp
from slixmpp.componentxmpp import ComponentXMPP


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


class Echo(ComponentXMPP):
    def __init__(self, order):
        super().__init__(order["jid"], order["secret"], "127.0.0.1", order["port"])
        self.use_ipv6 = False
        for plugin in ("xep_0030", "xep_0199"):
            self.register_plugin(plugin)
        self["xep_0030"].add_identity(category="gateway", itype="irc", name="Echo")
        self.add_event_handler("session_start", lambda _: tell("online"))
        self.add_event_handler("disconnected", lambda _: tell("disconnected"))
        self.add_event_handler("stream_error", lambda error: tell("refused", condition=error["condition"]))
        self.add_event_handler("message", self.message)
        self.add_event_handler("presence_available", lambda p: tell("presence", jid=p["from"].full, to=p["to"].full))
        self.add_event_handler("presence_subscribe", self.subscribed)

    def message(self, message):
        tell("message", body=message["body"], sender=message["from"].bare)
        message.reply(message["body"]).send()

    def subscribed(self, presence):
        who, whom = presence["from"].bare, presence["to"].bare
        self.send_presence(pto=who, pfrom=whom, ptype="subscribed")
        self.send_presence(pto=who, pfrom=f"{whom}/here")
        self.send_presence(pto=who, pfrom=whom, ptype="subscribe")
        tell("asked", jid=who)

    async def do(self, order):
        if order["do"] == "ping":
            await self["xep_0199"].ping(order["to"], ifrom=self.boundjid.bare)
            tell("done")
        elif order["do"] == "leave":
            await self.disconnect()


async def main():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    component = None
    tasks = set()
    while line := await reader.readline():
        order = json.loads(line)
        if order["do"] == "connect":
            component = Echo(order)
            component.connect()
        else:
            tasks.add(asyncio.ensure_future(component.do(order)))


asyncio.run(main())
