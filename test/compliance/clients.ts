/** What the Conversations compliance tester looks for beyond XEP-0479: what makes a client's day in practice. */
import { check, type Suite } from './check.ts';
import { published } from './im.ts';
import { hold, one, type Site } from './site.ts';

export const clients: Suite = {
  name: 'What clients look for',
  checks: [
    check('Roster versions', 'RFC 6121', async ({ wire }) => {
      one(wire.features, 'ver', 'urn:xmpp:features:rosterver');
    }),
    check('Subscriptions approved beforehand', 'RFC 6121', async ({ wire }) => {
      one(wire.features, 'sub', 'urn:xmpp:features:pre-approval');
    }),
    check('Offline messages', 'XEP-0160', async (site) => {
      await site.mustHave(site.domain, 'msgoffline');
    }),
    check('OMEMO: keys that anyone may read', 'XEP-0384', async (site) => {
      await site.mustHave(site.alice.jid, 'http://jabber.org/protocol/pubsub#publish-options');
      await published(site, 'eu.siacs.conversations.axolotl.devicelist', 'open');
      await published(site, 'urn:example:open', 'open');
    }),
    check('Bookmarks conversion', 'XEP-0411', async (site) => {
      await site.mustHave(site.alice.jid, 'urn:xmpp:bookmarks-conversion:0');
    }),
    check('vCard of a room', 'XEP-0054', async (site) => {
      const room = await site.room('portrait');
      await site.mustHave(room, 'vcard-temp');
    }),
    check('File transfer over a proxy', 'XEP-0065', async (site) => {
      const proxy = await site.service('proxy/bytestreams');
      await site.ask('get', proxy, "<query xmlns='http://jabber.org/protocol/bytestreams'/>");
    }),
    check('Contact for abuse', 'XEP-0157', async (site) => {
      const info = await site.info(site.domain);
      const [address] = info.field('http://jabber.org/network/serverinfo', 'abuse-addresses');
      hold(/^(?:mailto|xmpp|https):/.test(address ?? ''), 'no address for abuse');
    }),
    check('Extensible login', 'XEP-0388', fastLogin),
    check('Channel binding that clients can pin', 'XEP-0440', async (site) => {
      one(await beforeLogin(site), 'sasl-channel-binding', 'urn:xmpp:sasl-cb:0');
    }),
  ],
};

async function beforeLogin({ box }: Site) {
  const { Wire } = await import('../kit/wire.ts');
  const wire = await Wire.open(box.reach('tls'));
  const features = await wire.openStream();
  await wire.close();
  return features;
}

async function fastLogin(site: Site): Promise<void> {
  const inline = one(one(await beforeLogin(site), 'authentication', 'urn:xmpp:sasl:2'), 'inline');
  one(inline, 'bind', 'urn:xmpp:bind:0');
  one(inline, 'fast', 'urn:xmpp:fast:0');
}
