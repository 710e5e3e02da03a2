/** XEP-0479 section 2.3, Advanced Server. */
import { show, textOf } from '../kit/tree.ts';
import { check, type Suite } from './check.ts';
import { all, hold, need, one, type Site } from './site.ts';

const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_MAM = 'urn:xmpp:mam:2';

export const im: Suite = {
  name: 'IM',
  checks: [
    check('Core features', 'RFC 6121', async ({ wire, bobs, bob }) => {
      wire.write(`<message to='${bob.jid}' type='chat' id='core-im'><body>hello</body></message><presence/>`);
      bobs.write('<presence/>');
      await bobs.element((node) => node.name === 'message' && node.attrs.get('id') === 'core-im', 'the message');
    }),
    check('User avatar compatibility', 'XEP-0398, XEP-0153', async (site) => {
      await site.mustHave(site.alice.jid, 'urn:xmpp:pep-vcard-conversion:0');
    }),
    check('vcard-temp', 'XEP-0054', async (site) => {
      await site.ask('set', undefined, "<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard>");
      const vcard = await site.ask('get', site.alice.jid, "<vCard xmlns='vcard-temp'/>", site.bobs);
      hold(textOf(one(vcard, 'FN')) === 'Alice', 'the vCard is not what was set');
    }),
    check('Outbound message synchronisation', 'XEP-0280', async (site) => {
      await site.mustHave(site.domain, 'urn:xmpp:carbons:2');
      await site.ask('set', undefined, "<enable xmlns='urn:xmpp:carbons:2'/>");
    }),
    check('User blocking', 'XEP-0191', async (site) => {
      await site.mustHave(site.domain, 'urn:xmpp:blocking');
      const list = await site.ask('get', undefined, "<blocklist xmlns='urn:xmpp:blocking'/>");
      hold(list?.name === 'blocklist', 'no block list');
    }),
    check('Group chat', 'XEP-0045, XEP-0249', async (site) => {
      const room = await site.room('group');
      const { identities } = await site.mustHave(room, 'http://jabber.org/protocol/muc');
      hold(identities.has('conference/text'), 'the room is no conference/text');
      site.wire.write(`<message to='${site.bob.jid}'><x xmlns='jabber:x:conference' jid='${room}'/></message>`);
      await site.bobs.element(
        (node) => node.name === 'message' && show(node).includes(`jid='${room}'`),
        'the direct invitation',
      );
    }),
    check('Advanced group chat: archive of a room', 'XEP-0313', async (site) => {
      const room = await site.room('kept');
      await site.mustHave(room, NS_MAM);
      site.wire.write(`<message to='${room}' type='groupchat' id='kept-1'><body>to be kept</body></message>`);
      await site.wire.element((node) => node.attrs.get('id') === 'kept-1', 'the message from the room');
      await archived(site, room, 'to be kept');
    }),
    check('Advanced group chat: bookmarks', 'XEP-0402, XEP-0048', async (site) => {
      await site.mustHave(site.alice.jid, 'urn:xmpp:bookmarks:1#compat');
      const conference = "<conference xmlns='urn:xmpp:bookmarks:1' name='Tea' autojoin='true'/>";
      const item = `<item id='tea@rooms.example'>${conference}</item>`;
      const publish = `<publish node='urn:xmpp:bookmarks:1'>${item}</publish>${options('whitelist')}`;
      await site.ask('set', undefined, `<pubsub xmlns='${NS_PUBSUB}'>${publish}</pubsub>`);
      const asked = "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>";
      const old = need(await site.ask('get', undefined, asked), 'private storage');
      hold(show(old).includes("jid='tea@rooms.example'"), 'the bookmark is not in private storage');
    }),
    check('Persistent storage of private data via PubSub', 'XEP-0223', async (site) => {
      const own = [NS_PUBSUB, 'publish-options', 'persistent-items'];
      await site.mustHave(site.alice.jid, ...own.slice(1).map((name) => `${NS_PUBSUB}#${name}`));
      await published(site, 'urn:example:private', 'whitelist');
    }),
    check('Private XML storage', 'XEP-0049', async (site) => {
      const note = "<note xmlns='urn:example:note'>remember</note>";
      await site.ask('set', undefined, `<query xmlns='jabber:iq:private'>${note}</query>`);
      const query = await site.ask(
        'get',
        undefined,
        "<query xmlns='jabber:iq:private'><note xmlns='urn:example:note'/></query>",
      );
      hold(textOf(one(query, 'note')) === 'remember', 'the note is not what was set');
    }),
    check('Stream management', 'XEP-0198', async ({ wire }) => {
      one(wire.features, 'sm', 'urn:xmpp:sm:3');
    }),
    check('History storage and retrieval', 'XEP-0313', async (site) => {
      await site.mustHave(site.alice.jid, NS_MAM, `${NS_MAM}#extended`, 'urn:xmpp:sid:0');
      const id = 'history-1';
      site.wire.write(`<message to='${site.bob.jid}' type='chat' id='${id}'><body>for the archive</body></message>`);
      await site.bobs.element((node) => node.attrs.get('id') === id, 'the message');
      await archived(site, undefined, 'for the archive');
    }),
    check('File upload', 'XEP-0363', async (site) => {
      const { headers, body } = await uploaded(site);
      hold(body.equals(FILE), 'the file is not what was put');
      hold(headers['content-type'] === 'text/plain', `it is served as ${headers['content-type']}`);
    }),
    check('File upload from web pages', 'XEP-0363 (CORS)', async (site) => {
      const slot = await slotFor(site);
      const asked = { Origin: 'https://elsewhere.example', 'Access-Control-Request-Method': 'PUT' };
      const { status, headers } = await site.https(new URL(slot.put).pathname, 'OPTIONS', asked);
      const methods = String(headers['access-control-allow-methods']);
      hold(status < 300 && headers['access-control-allow-origin'] === '*', `OPTIONS says ${status}`);
      for (const method of ['PUT', 'GET']) hold(methods.includes(method), `CORS does not allow ${method}`);
    }),
  ],
};

const FILE = Buffer.from('a file for a friend');

async function slotFor(site: Site): Promise<{ put: string; get: string }> {
  const service = await site.service('store/file');
  const facts = `filename='note.txt' size='${FILE.length}' content-type='text/plain'`;
  const slot = await site.ask('get', service, `<request xmlns='urn:xmpp:http:upload:0' ${facts}/>`);
  const url = (name: string) => need(one(slot, name).attrs.get('url'), `the address to ${name}`);
  return { put: url('put'), get: url('get') };
}

async function uploaded(site: Site) {
  const { put, get } = await slotFor(site);
  for (const url of [put, get]) hold(url.startsWith('https://'), `${url} is not https`);
  const made = await site.https(new URL(put).pathname, 'PUT', { 'Content-Type': 'text/plain' }, FILE);
  hold(made.status === 201, `PUT says ${made.status}`);
  return site.https(new URL(get).pathname);
}

/** @throws Error where the newest page of the archive does not hold it */
async function archived(site: Site, to: string | undefined, body: string): Promise<void> {
  const found: string[] = [];
  const stop = site.wire.intercept((node) => {
    const result = all(node, 'result')[0];
    if (result) found.push(show(result));
    return result !== undefined;
  });
  try {
    const page = "<set xmlns='http://jabber.org/protocol/rsm'><max>5</max><before/></set>";
    const fin = await site.ask('set', to, `<query xmlns='${NS_MAM}' queryid='c'>${page}</query>`);
    hold(fin?.name === 'fin', 'no <fin/>');
  } finally {
    stop();
  }
  hold(
    found.some((text) => text.includes(body)),
    `"${body}" is not in the archive`,
  );
}

/** What clients demand of a node that they publish to (XEP-0060 section 7.1.5). */
function options(access: string): string {
  const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`;
  const fields = [
    "<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>",
    field('pubsub#persist_items', 'true'),
    field('pubsub#max_items', 'max'),
    field('pubsub#access_model', access),
  ];
  return `<publish-options><x xmlns='jabber:x:data' type='submit'>${fields.join('')}</x></publish-options>`;
}

/** Publishes with these options and reads the node's access model back. */
export async function published(site: Site, node: string, access: string): Promise<void> {
  const publish = `<publish node='${node}'><item id='current'><thing xmlns='${node}'/></item></publish>`;
  await site.ask('set', undefined, `<pubsub xmlns='${NS_PUBSUB}'>${publish}${options(access)}</pubsub>`);
  const configured = await site.ask(
    'get',
    undefined,
    `<pubsub xmlns='${NS_PUBSUB}#owner'><configure node='${node}'/></pubsub>`,
  );
  const set = all(one(one(configured, 'configure'), 'x'), 'field').find(
    ({ attrs }) => attrs.get('var') === 'pubsub#access_model',
  );
  hold(textOf(one(set, 'value')) === access, `the access model is ${textOf(one(set, 'value'))}, not ${access}`);
}
