"""What slixmpp's peers share: orders on standard input, events on standard output, one JSON object a line."""
import asyncio
import json
import sys

import slixmpp
from slixmpp.exceptions import IqError, PresenceError

OUTPUT = sys.stdout
# Slixmpp 1.8 prints as it joins rooms.
sys.stdout = sys.stderr


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), file=OUTPUT, flush=True)


class Peer(slixmpp.ClientXMPP):
    """One client; `do(order)` carries out each order after the first, which connects it."""

    def __init__(self, order, plugins):
        super().__init__(order["jid"], order["password"])
        self.order = order
        self.ca_certs = order["ca"]
        self.use_ipv6 = False
        for plugin in plugins:
            self.register_plugin(plugin)
        # It binds by tls-unique only, which TLS 1.3 does not have, and would say 'y', which RFC 5802 section 6 has refused.
        mechanisms = self["feature_mechanisms"]
        mechanisms.sasl_callback = lambda required, optional: mechanisms._default_credentials(required, optional - {"channel_binding"})
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", self.message)

    def go(self):
        self.connect(("127.0.0.1", self.order["port"]), use_ssl=self.order.get("tls", False))


async def follow(peer):
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    client = None
    tasks = set()
    while line := await reader.readline():
        order = json.loads(line)
        if order["do"] == "connect":
            client = peer(order)
        else:
            task = asyncio.ensure_future(client.do(order))
            tasks.add(task)
            task.add_done_callback(finished)


def finished(task):
    error = task.exception()
    if isinstance(error, IqError):
        tell("refused", condition=error.condition)
    elif isinstance(error, PresenceError):
        tell("refused", condition=error.presence["error"]["condition"])
    elif error:
        tell("failed", why=repr(error))


def run(peer):
    asyncio.run(follow(peer))
