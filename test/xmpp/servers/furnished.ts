/** Something of everything that a store keeps of the people and places of a server, in words of both hosts of the box. */
import { type Change, change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { type Element, xml } from '../../../xmpp/xml.ts';
import type { Box } from '../im/box.ts';

export const OLD = 'near.example';
export const NEW = 'later.example';

const item = (contact: string, more: object = {}) => ({
  contact,
  name: '',
  groups: [],
  subscription: 'both' as const,
  ask: false,
  approved: false,
  ...more,
});
export const at = (account: Account, domain = OLD) => `${account.local}@${domain}`;
export const chat = (from: string, to: string, body = 'Hello') =>
  xml('message', { xmlns: 'jabber:client', type: 'chat', id: 'm', from, to }, xml('body', {}, body)).toString();
export const subscribe = (from: string, to: string) => xml('presence', { type: 'subscribe', from, to }).toString();

/** Ann, Bea and Gus are members of the near host, Cora and Lily of the other; Lily is limited. */
export async function furnished(
  box: Box,
  { ann, bea, gus, cora, lily }: Record<'ann' | 'bea' | 'gus' | 'cora' | 'lily', Account>,
) {
  const commit = (...changes: Change[]) => box.store.journal.commit(...changes);
  const { near, other, store } = box;
  const [annOld, beaOld, gusOld, coraNow] = [at(ann), at(bea), at(gus), at(cora, 'other.example')];
  const den = `den@rooms.${OLD}`;
  const atMs = 1;
  const node = (owner: string, name: string, more: object = {}) =>
    change('node set', { owner, node: name, config: {}, creator: annOld, createdMs: atMs, ...more });
  const published = (owner: string, name: string, id: string, payload: Element, publisher = `${annOld}/desk`) =>
    change('item published', { owner, node: name, id, publisher, atMs, payload: payload.toString(), keep: 100 });
  await commit(
    change('role set', { account: lily.id, role: 'limited' }),
    // Contacts, and who wants to be one.
    change('roster item set', { account: ann.id, item: item(beaOld) }),
    change('roster item set', { account: bea.id, item: item(annOld, { name: `Ann of ${OLD}`, groups: ['Friends'] }) }),
    change('roster item set', { account: ann.id, item: item(coraNow) }),
    change('roster item set', { account: cora.id, item: item(annOld, { name: 'Ann' }) }),
    change('roster item set', { account: ann.id, item: item('far@far.example') }),
    change('roster item set', { account: bea.id, item: item(coraNow, { subscription: 'none' }) }),
    change('roster item set', { account: cora.id, item: item(beaOld, { subscription: 'none', ask: true }) }),
    change('subscription request kept', { account: bea.id, contact: coraNow, stanza: subscribe(coraNow, beaOld) }),
    change('subscription request kept', { account: bea.id, contact: annOld, stanza: subscribe(annOld, beaOld) }),
    change('subscription request kept', { account: lily.id, contact: beaOld, stanza: subscribe(beaOld, 'lily') }),
    change('subscription request kept', {
      account: ann.id,
      contact: 'shy@far.example',
      stanza: subscribe('shy@far.example', annOld),
    }),
    // Messages.
    ...[ann, cora].map((account) =>
      change('message archived', {
        account: account.id,
        id: store.newId(),
        peer: account === ann ? coraNow : annOld,
        peerFull: `${account === ann ? coraNow : annOld}/desk`,
        direction: 'in' as const,
        atMs,
        stanza: chat(`${annOld}/desk`, coraNow),
      }),
    ),
    change('archive preferences set', {
      account: cora.id,
      preferences: { default: 'roster', always: [annOld], never: [den] },
    }),
    change('offline message kept', { account: cora.id, id: store.newId(), atMs, stanza: chat(annOld, coraNow) }),
    // Whom they know and whom not.
    change('blocked set', { account: cora.id, jid: `rude@${OLD}` }),
    change('report kept', {
      account: cora.id,
      id: store.newId(),
      jid: beaOld,
      atMs,
      reason: 'urn:xmpp:reporting:spam',
      text: '',
      stanzas: [chat(beaOld, coraNow)],
    }),
    change('stanza held', {
      account: cora.id,
      id: store.newId(),
      from: gusOld,
      atMs,
      stanza: chat(`${gusOld}/desk`, coraNow),
    }),
    change('stanza held', {
      account: ann.id,
      id: store.newId(),
      from: 'shy@far.example',
      atMs,
      stanza: chat('shy@far.example/x', annOld),
    }),
    change('sender accepted', { account: lily.id, from: annOld }),
    change('approval set', { account: lily.id, contact: annOld, approved: true }),
    change('approval set', { account: lily.id, contact: `rude@${OLD}`, approved: false }),
    change('approval asked', {
      account: lily.id,
      contact: beaOld,
      direction: 'in',
      atMs,
      stanza: subscribe(beaOld, at(lily, 'other.example')),
    }),
    ...[`account:${annOld}`, `domain:${OLD}`, `domain:rooms.${OLD}`].map((subject, position) =>
      change('access rule set', {
        id: store.newId(),
        server: other.server.id,
        position,
        subject,
        action: 'join-room',
        decision: 'allow',
        setBy: annOld,
        setMs: atMs,
        why: `${OLD} is nice`,
      }),
    ),
    change('act recorded', {
      id: store.newId(),
      server: near.server.id,
      atMs,
      who: annOld,
      from: '',
      what: 'user role',
      about: beaOld,
    }),
    // Nodes, of members and of both services.
    node(ann.id, 'urn:xmpp:bookmarks:1'),
    published(ann.id, 'urn:xmpp:bookmarks:1', den, xml('conference', { xmlns: 'urn:xmpp:bookmarks:1', name: 'Den' })),
    node(ann.id, 'urn:xmpp:mds:displayed:0'),
    ...[beaOld, coraNow].map((id) =>
      published(
        ann.id,
        'urn:xmpp:mds:displayed:0',
        id,
        xml(
          'displayed',
          { xmlns: 'urn:xmpp:mds:displayed:0' },
          xml('stanza-id', { xmlns: 'urn:xmpp:sid:0', by: annOld, id: '1' }),
        ),
      ),
    ),
    node(ann.id, 'storage:bookmarks'),
    published(
      ann.id,
      'storage:bookmarks',
      'current',
      xml('storage', { xmlns: 'storage:bookmarks' }, xml('conference', { jid: den })),
    ),
    node(ann.id, 'urn:own'),
    published(ann.id, 'urn:own', 'one', xml('own', { xmlns: 'urn:own' }, `I am at ${OLD}`)),
    ...[near, other].flatMap(({ server: { id } }) => [
      node(id, 'news', { config: { title: 'News', contact: `${annOld}\nfar@far.example` } }),
      published(id, 'news', 'one', xml('news', { xmlns: 'urn:news' })),
      change('node affiliation set', { owner: id, node: 'news', jid: annOld, affiliation: 'owner' }),
      change('node subscription set', {
        owner: id,
        node: 'news',
        jid: `${beaOld}/desk`,
        state: 'subscribed',
        options: {},
      }),
    ]),
    ...['storage:bookmarks', 'storage:rosternotes'].map((namespace) =>
      change('private data set', {
        account: cora.id,
        name: 'storage',
        namespace,
        data: xml(
          'storage',
          { xmlns: namespace },
          xml('one', { jid: namespace.endsWith('notes') ? annOld : den }),
        ).toString(),
      }),
    ),
    change('private data set', {
      account: cora.id,
      name: 'own',
      namespace: 'urn:own',
      data: xml('own', { xmlns: 'urn:own' }, OLD).toString(),
    }),
    change('vcard set', { account: ann.id, vcard: xml('vCard', {}, xml('JABBERID', {}, annOld)).toString() }),
    change('last seen set', { account: ann.id, atMs, status: `Moving from ${OLD}` }),
    change('push enabled', {
      account: ann.id,
      service: `push.${OLD}`,
      node: '',
      resource: 'desk',
      client: '',
      options: '',
      shows: [],
      atMs,
    }),
    change('component set', { domain: `irc.${OLD}`, secret: 'x' }),
    change('secret set', {
      server: near.server.id,
      name: 'announcement motd',
      value: JSON.stringify({ text: `Welcome to ${OLD}`, setMs: 1 }),
    }),
    change('invite created', {
      code: 'CODE',
      server: near.server.id,
      role: 'member',
      createdMs: atMs,
      expiresMs: 2,
      uses: 1,
      usesLeft: 1,
      note: `for ${OLD}`,
    }),
    change('invite used', { code: 'CODE', account: annOld }),
    // Rooms: one of each host, both with people of both.
    ...[near, other].flatMap(({ server }) => {
      const room = store.newId();
      return [
        change('room created', { id: room, server: server.id, local: 'den', creator: annOld, createdMs: atMs }),
        change('room configured', { room, config: { roomdesc: `We are ${OLD}`, persistentroom: 'true' } }),
        ...[
          { jid: annOld, affiliation: 'owner' as const, nick: 'Ann', reason: '' },
          { jid: beaOld, affiliation: 'outcast' as const, nick: '', reason: `from ${OLD}` },
          { jid: OLD, affiliation: 'admin' as const, nick: '', reason: '' },
        ].map((standing) => change('room affiliation set', { room, ...standing, sinceMs: atMs })),
        change('room hat set', { room, uri: 'urn:hat', title: 'Hat', hue: '' }),
        change('room hat worn', { room, uri: 'urn:hat', jid: annOld, worn: true }),
        change('room subject set', {
          room,
          nick: 'Ann',
          atMs,
          subject: `<message><subject>${OLD}</subject></message>`,
        }),
        change('message archived', {
          account: room,
          id: store.newId(),
          peer: annOld,
          peerFull: `${annOld}/desk`,
          direction: 'in',
          atMs,
          stanza: chat(`${den}/Ann`, den),
        }),
      ];
    }),
  );
}
