"""Slixmpp as a peer of the interop tests: orders on standard input, events on standard output, one JSON object a line."""
import io
from xml.etree import ElementTree

import slixmpp
from slixmpp_kit import Peer, run, tell

PLUGINS = (
    "xep_0030", "xep_0199", "xep_0198", "xep_0280", "xep_0313", "xep_0359", "xep_0203", "xep_0191", "xep_0084", "xep_0163",
    "xep_0363", "xep_0065",
)


class Client(Peer):
    def __init__(self, order):
        super().__init__(order, PLUGINS)
        if "preauth" in order:
            self.register_plugin("xep_0077")
            # Slixmpp 1.8 would hold back the registration until after the login.
            self._always_send_everything = True
            self.add_event_handler("register", self.register)
        self["feature_mechanisms"].use_mech = order.get("mechanism", "SCRAM-SHA-256")
        self.add_event_handler("session_resumed", lambda _: tell("resumed"))
        self.add_event_handler("failed_all_auth", lambda _: tell("refused"))
        self.add_event_handler("disconnected", lambda _: tell("disconnected"))
        self["xep_0065"].auto_accept = True
        self.add_event_handler("socks5_data", lambda data: tell("bytes", text=data.decode()))
        self.add_event_handler("carbon_sent", lambda m: tell("carbon", side="sent", body=m["carbon_sent"]["body"]))
        self.add_event_handler("carbon_received", lambda m: tell("carbon", side="received", body=m["carbon_received"]["body"]))
        self.add_event_handler("presence_available", lambda p: tell("presence", jid=p["from"].full))
        self.add_event_handler("presence_unavailable", lambda p: tell("gone", jid=p["from"].full))
        self.add_event_handler("roster_subscription_request", lambda p: tell("asked", jid=p["from"].bare))
        self.go()

    async def register(self, _form):
        preauth = self.Iq(stype="set", sto=self.boundjid.domain)
        preauth.append(ElementTree.Element("{urn:xmpp:pars:0}preauth", token=self.order["preauth"]))
        form = self.Iq(stype="set")
        form["register"]["username"] = self.boundjid.user
        form["register"]["password"] = self.password
        try:
            await preauth.send()
            await form.send()
            tell("registered")
        except slixmpp.exceptions.IqError as error:
            tell("refused", condition=error.iq["error"]["condition"])

    async def started(self, _event):
        await self.get_roster()
        self.send_presence()
        mechanism = self["feature_mechanisms"].mech.name
        tell("online", jid=self.boundjid.full, mechanism=mechanism)

    def message(self, message):
        if message["body"]:
            tell("message", body=message["body"], sender=message["from"].bare, delayed=bool(message["delay"]["stamp"]))

    async def do(self, order):
        what = order["do"]
        if what == "say":
            self.send_message(mto=order["to"], mbody=order["body"], mtype="chat")
        elif what == "carbons":
            await self["xep_0280"].enable()
            tell("done")
        elif what == "subscribe":
            self.send_presence_subscription(pto=order["to"])
        elif what == "ping":
            await self["xep_0199"].ping(order["to"])
            tell("done")
        elif what == "history":
            bodies = []
            async for result in self["xep_0313"].iterate(with_jid=slixmpp.JID(order["with"])):
                bodies.append(result["mam_result"]["forwarded"]["stanza"]["body"])
            tell("history", bodies=bodies)
        elif what == "features":
            info = await self["xep_0030"].get_info(jid=order["of"])
            tell("features", features=sorted(info["disco_info"]["features"]))
        elif what == "block":
            await self["xep_0191"].block(slixmpp.JID(order["jid"]))
            tell("done")
        elif what == "upload":
            # Slixmpp 1.8 hands coroutines to asyncio.wait when it looks for the service itself, which Python 3.11 refuses.
            items = await self["xep_0030"].get_items(jid=self.boundjid.domain)
            for jid, _node, _name in items["disco_items"]["items"]:
                info = await self["xep_0030"].get_info(jid=jid)
                if "urn:xmpp:http:upload:0" in info["disco_info"]["features"]:
                    self["xep_0363"].upload_service = slixmpp.JID(jid)
            data = (order["text"] * order["times"]).encode()
            url = await self["xep_0363"].upload_file(order["name"], size=len(data), content_type=order["type"], input_file=io.BytesIO(data))
            tell("uploaded", url=url)
        elif what == "bytestream":
            stream = await self["xep_0065"].handshake(order["to"])
            await stream.write(order["text"].encode())
        elif what == "reconnect":
            self.go()
        elif what == "leave":
            await self.disconnect()


run(Client)
