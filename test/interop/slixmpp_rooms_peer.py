"""Slixmpp in rooms and with what members keep on a box: orders on standard input, events on standard output, as slixmpp_kit.py."""
from xml.etree import ElementTree

from slixmpp import JID
from slixmpp.plugins.xep_0048.stanza import Bookmarks
from slixmpp_kit import Peer, run, tell

BOOKMARKS = "urn:xmpp:bookmarks:1"
PLUGINS = (
    "xep_0004", "xep_0030", "xep_0045", "xep_0048", "xep_0054", "xep_0060", "xep_0084", "xep_0153", "xep_0163", "xep_0172",
    "xep_0199", "xep_0203", "xep_0223", "xep_0249", "xep_0313", "xep_0359", "xep_0421",
)


def text_of(message):
    return message["body"] or message["subject"]


class Client(Peer):
    def __init__(self, order):
        super().__init__(order, PLUGINS)
        self.add_event_handler("groupchat_message", self.groupchat)
        self.add_event_handler("groupchat_subject", lambda m: tell("subject", room=m["from"].bare, subject=m["subject"]))
        self.add_event_handler("groupchat_presence", self.occupant)
        self.add_event_handler("groupchat_invite", self.invited)
        self.add_event_handler("groupchat_direct_invite", lambda m: tell("invited", room=JID(m["groupchat_invite"]["jid"]).bare, by=m["from"].bare))
        self.add_event_handler("avatar_metadata_publish", self.avatar)
        self.add_event_handler("vcard_avatar_update", lambda p: tell("photo", jid=p["from"].bare, hash=p["vcard_temp_update"]["photo"]))
        self.add_event_handler("user_nick_publish", lambda m: tell("nick", jid=m["from"].bare, nick=m["pubsub_event"]["items"]["item"]["nick"]["nick"]))
        self.go()

    async def started(self, _event):
        await self.get_roster()
        self.send_presence()
        tell("online", jid=self.boundjid.full)

    def message(self, message):
        if message["type"] in ("chat", "normal") and message["body"]:
            tell("message", body=message["body"], sender=message["from"].full)

    def groupchat(self, message):
        if message["body"]:
            delayed = bool(message["delay"]["stamp"])
            tell("said", room=message["from"].bare, nick=message["from"].resource, body=message["body"], delayed=delayed)

    def occupant(self, presence):
        muc = presence["muc"]
        jid = str(muc["jid"])
        tell(
            "occupant", room=muc["room"], nick=muc["nick"], role=muc["role"], affiliation=muc["affiliation"],
            jid=JID(jid).bare if jid else "", gone=presence["type"] == "unavailable", codes=sorted(muc["status_codes"]),
        )

    def invited(self, message):
        invite = message["muc"]["invite"]
        tell("invited", room=message["from"].bare, by=JID(invite["from"]).bare, reason=invite["reason"])

    def avatar(self, message):
        metadata = message["pubsub_event"]["items"]["item"]["avatar_metadata"]
        for info in metadata["items"]:
            tell("avatar", jid=message["from"].bare, id=info["id"], type=info["type"])

    def options(self, **wanted):
        form = self["xep_0004"].make_form(ftype="submit")
        form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#publish-options")
        for name, value in wanted.items():
            form.add_field(var="pubsub#" + name, value=value)
        return form

    async def do(self, order):
        answer = getattr(self, "do_" + order["do"])(**{key: value for key, value in order.items() if key != "do"})
        tell("done", what=order["do"], **(await answer or {}))

    # Rooms

    async def do_join(self, room, nick, **options):
        _, subject, occupants, history = await self["xep_0045"].join_muc_wait(JID(room), nick, timeout=10, **options)
        return {
            "subject": subject["subject"],
            "occupants": sorted(presence["muc"]["nick"] for presence in occupants),
            "history": [message["body"] for message in history],
        }

    async def do_configure(self, room, fields):
        muc = self["xep_0045"]
        form = await muc.get_room_config(JID(room))
        before = {name: form.get_values().get(name) for name in fields}
        for name, value in fields.items():
            form.get_fields()[name]["value"] = value
        await muc.set_room_config(JID(room), form)
        return {"before": before}

    async def do_roomsay(self, room, body):
        self.send_message(mto=JID(room), mbody=body, mtype="groupchat")

    async def do_whisper(self, to, body):
        self.send_message(mto=JID(to), mbody=body, mtype="chat")

    async def do_subject(self, room, subject):
        self["xep_0045"].set_subject(JID(room), subject)

    async def do_invite(self, room, jid, reason):
        self["xep_0045"].invite(JID(room), JID(jid), reason)

    async def do_direct(self, room, jid):
        self["xep_0249"].send_invitation(JID(jid), JID(room))

    async def do_affiliate(self, room, jid, affiliation):
        await self["xep_0045"].set_affiliation(JID(room), affiliation, jid=JID(jid))

    async def do_list(self, room, affiliation):
        return {"jids": sorted(str(jid) for jid in await self["xep_0045"].get_affiliation_list(JID(room), affiliation))}

    async def do_role(self, room, nick, role):
        await self["xep_0045"].set_role(JID(room), nick, role)

    async def do_leave(self, room, nick):
        self["xep_0045"].leave_muc(JID(room), nick)

    async def do_destroy(self, room, reason):
        await self["xep_0045"].destroy(JID(room), reason)

    async def do_rooms(self, service):
        items = await self["xep_0030"].get_items(jid=JID(service))
        return {"rooms": sorted(jid for jid, _, _ in items["disco_items"]["items"])}

    async def do_info(self, of):
        info = (await self["xep_0030"].get_info(jid=JID(of)))["disco_info"]
        identities = [list(identity[:2]) for identity in info["identities"]]
        return {"features": sorted(info["features"]), "identities": sorted(identities)}

    async def do_history(self, of, page):
        texts = []
        async for result in self["xep_0313"].iterate(jid=JID(of), rsm={"max": page}):
            texts.append(text_of(result["mam_result"]["forwarded"]["stanza"]))
        return {"texts": texts}

    # What a member keeps

    async def do_avatar(self, hex):
        data = bytes.fromhex(hex)
        avatar = self["xep_0084"]
        # Open to everyone, for only then does a server show it in the vCard as well (XEP-0398 section 3.1).
        await avatar.publish_avatar(data, options=self.options(access_model="open"))
        id = avatar.generate_id(data)
        info = {"id": id, "type": "image/png", "bytes": len(data)}
        await avatar.publish_avatar_metadata([info], options=self.options(access_model="open"))
        return {"id": id}

    async def do_getavatar(self, jid, id):
        answer = await self["xep_0084"].retrieve_avatar(JID(jid), id)
        return {"hex": answer["pubsub"]["items"]["item"]["avatar_data"]["value"].hex()}

    async def do_photo(self, hex):
        await self["xep_0153"].set_avatar(avatar=bytes.fromhex(hex), mtype="image/png")

    async def do_vcard(self, name):
        vcard = self["xep_0054"].make_vcard()
        vcard["FN"] = name
        await self["xep_0054"].publish_vcard(vcard)

    async def do_getvcard(self, jid):
        vcard = (await self["xep_0054"].get_vcard(JID(jid), cached=False))["vcard_temp"]
        photo = vcard["PHOTO"]["BINVAL"]
        return {"name": vcard["FN"], "photo": photo.hex() if photo else ""}

    async def do_nick(self, nick):
        await self["xep_0172"].publish_nick(nick)

    async def do_subscribe(self, jid):
        self.send_presence_subscription(pto=JID(jid))

    async def do_bookmark(self, room, method):
        bookmarks = Bookmarks()
        bookmarks.add_conference(room, "Me", name="Cave", autojoin=True)
        await self["xep_0048"].set_bookmarks(bookmarks, method=method)

    async def do_bookmarks(self, method):
        answer = await self["xep_0048"].get_bookmarks(method=method)
        kept = answer["pubsub"]["items"]["item"]["bookmarks"] if method == "xep_0223" else answer["private"]["bookmarks"]
        return {"rooms": [[str(one["jid"]), one["nick"], one["autojoin"]] for one in kept["conferences"]]}

    async def do_native(self, room):
        """XEP-0402, which this slixmpp has no plugin for."""
        conference = ElementTree.Element("{%s}conference" % BOOKMARKS, autojoin="true", name="Cave")
        ElementTree.SubElement(conference, "{%s}nick" % BOOKMARKS).text = "Me"
        options = self.options(persist_items="true", max_items="max", send_last_published_item="never", access_model="whitelist")
        await self["xep_0060"].publish(self.boundjid.bare, BOOKMARKS, id=room, payload=conference, options=options)

    async def do_natives(self):
        answer = await self["xep_0060"].get_items(self.boundjid.bare, BOOKMARKS)
        rooms = []
        for item in answer["pubsub"]["items"]:
            conference = item["payload"]
            nick = conference.findtext("{%s}nick" % BOOKMARKS)
            rooms.append([item["id"], nick, conference.get("autojoin") in ("true", "1")])
        return {"rooms": sorted(rooms)}


run(Client)
