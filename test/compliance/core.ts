/** XEP-0479 section 2.1, Advanced Server. */

import { once } from 'node:events';
import * as net from 'node:net';
import { show } from '../kit/tree.ts';
import { Wire } from '../kit/wire.ts';
import { check, type Suite } from './check.ts';
import { componentOf } from './component.ts';
import { hold, one, type Site } from './site.ts';

export const core: Suite = {
  name: 'Core',
  checks: [
    check('Core features', 'RFC 6120', ({ wire }) => {
      one(wire.features, 'bind', 'urn:ietf:params:xml:ns:xmpp-bind');
      return Promise.resolve();
    }),
    check('TLS, and nothing without it', 'RFC 7590', tlsFirst),
    check('Direct TLS', 'XEP-0368', (site) => directTls(site, site.box.ports.c2sTls)),
    check('Direct TLS by ALPN on the https port', 'XEP-0368', (site) => directTls(site, site.box.ports.https)),
    check('Feature discovery', 'XEP-0030', async (site) => {
      const { identities } = await site.mustHave(site.domain, 'http://jabber.org/protocol/disco#info');
      hold(identities.has('server/im'), 'the domain is no server/im');
      await site.mustHave(site.domain, 'http://jabber.org/protocol/disco#items');
    }),
    check('Feature broadcasts', 'XEP-0115', ({ wire }) => {
      one(wire.features, 'c', 'http://jabber.org/protocol/caps');
      return Promise.resolve();
    }),
    check('Server extensibility', 'XEP-0114', async (site) => {
      const component = await componentOf(site);
      try {
        const answer = component.answer("<query xmlns='jabber:iq:version'/>", '<name>Echo</name>');
        const version = await site.ask('get', component.domain, "<query xmlns='jabber:iq:version'/>");
        hold(version?.name === 'query', 'the component was not asked');
        await answer;
      } finally {
        component.close();
      }
    }),
    check('Event publishing', 'XEP-0163', async (site) => {
      const { identities } = await site.info(site.alice.jid);
      hold(identities.has('pubsub/pep'), 'the account is no pubsub/pep');
      const item = "<item id='current'><nick xmlns='http://jabber.org/protocol/nick'>Alice</nick></item>";
      const publish = `<publish node='http://jabber.org/protocol/nick'>${item}</publish>`;
      await site.ask('set', undefined, `<pubsub xmlns='http://jabber.org/protocol/pubsub'>${publish}</pubsub>`);
    }),
  ],
};

/** Before TLS there is STARTTLS and no mechanism. */
async function tlsFirst({ box }: Site): Promise<void> {
  const wire = await Wire.open(box.reach('starttls'));
  const features = await wire.openStream();
  one(one(features, 'starttls', 'urn:ietf:params:xml:ns:xmpp-tls'), 'required');
  hold(!show(features).includes('<mechanism>'), 'a mechanism is offered in the clear');
  await wire.close();
}

async function directTls({ box, alice }: Site, port: number): Promise<void> {
  const probe = net.connect({ host: '127.0.0.1', port });
  await once(probe, 'connect');
  probe.destroy();
  const { local, password } = alice;
  const wire = await Wire.login({ domain: box.domain, port, security: 'tls', local, password });
  await wire.close();
}
