/** Writes an account as XEP-0227 has it, a piece at a time: contacts, then messages by the page, never all of them in memory. */
import { dateTime } from '../clock.ts';
import { formElement } from '../data-form.ts';
import type { Host } from '../extension.ts';
import { itemElement } from '../im/roster-item.ts';
import type { Account, Credential } from '../store/model.ts';
import type { NodeRow } from '../store/node-model.ts';
import { type Element, escapeXML, parse, xml } from '../xml.ts';
import {
  NS_DELAY,
  NS_FORWARD,
  NS_MAM,
  NS_PIE,
  NS_PRIVACY,
  NS_PRIVATE,
  NS_PUBSUB,
  NS_PUBSUB_OWNER,
  NS_RESULT,
  NS_ROSTER,
  NS_SCRAM,
} from './format.ts';

const PAGE = 200;
/** What the other side would take as its own otherwise; ours are XEP-0163's. */
const NODE_DEFAULTS = { access_model: 'presence', max_items: '1', persist_items: 'true' };

/** The lines of the document. @param credentials off: salted keys stay here, and the member needs a new password elsewhere */
export function* exportAccount(
  host: Host,
  account: Account,
  { credentials = true }: { credentials?: boolean } = {},
): Generator<string> {
  const { store } = host;
  yield `<?xml version='1.0' encoding='UTF-8'?>\n<server-data xmlns='${NS_PIE}'>\n`;
  yield `<host jid='${escapeXML(host.server.domain)}'>\n<user name='${escapeXML(account.local)}'>\n`;
  if (credentials) yield* store.accounts.credentials(account.id).map((each) => line(credentialElement(each)));
  yield line(xml('query', { xmlns: NS_ROSTER }, ...host.roster.items(account).map((item) => itemElement(item))));
  yield* store.roster.requests(account.id).map(({ stanza }) => line(inClientNamespace(parse(stanza))));
  const vcard = store.extras.vcard(account.id);
  if (vcard !== undefined) yield `${vcard}\n`;
  yield `<query xmlns='${NS_PRIVATE}'>\n`;
  yield* store.extras.allPrivateData(account.id).map((data) => `${data}\n`);
  yield '</query>\n';
  const blocked = store.extras.blocked(account.id);
  if (blocked.length > 0) yield line(privacyElement(blocked));
  yield* nodes(host, account);
  yield* offlineMessages(host, account);
  yield* archive(host, account);
  yield '</user>\n</host>\n</server-data>\n';
}

const line = (element: Element) => `${element}\n`;

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

const credentialElement = ({ hash, iterations, salt, serverKey, storedKey }: Credential) =>
  xml(
    'scram-credentials',
    { xmlns: NS_SCRAM, mechanism: `SCRAM-${hash}` },
    xml('iter-count', {}, String(iterations)),
    xml('salt', {}, base64(salt)),
    xml('server-key', {}, base64(serverKey)),
    xml('stored-key', {}, base64(storedKey)),
  );

/** The format knows block lists as privacy lists (XEP-0016): who is on it is denied, by default. */
const privacyElement = (blocked: readonly string[]) =>
  xml(
    'query',
    { xmlns: NS_PRIVACY },
    xml('default', { name: 'blocked' }),
    xml(
      'list',
      { name: 'blocked' },
      ...blocked.map((jid, order) =>
        xml('item', { type: 'jid', value: jid, action: 'deny', order: String(order + 1) }),
      ),
      xml('item', { action: 'allow', order: String(blocked.length + 1) }),
    ),
  );

/** Configurations first: a node of the second part has one in the first. */
function* nodes({ store }: Host, { id }: Account): Generator<string> {
  const rows = store.nodes.nodes(id);
  yield `<pubsub xmlns='${NS_PUBSUB_OWNER}'>\n`;
  for (const row of rows) {
    yield line(xml('configure', { node: row.node }, configForm(row)));
    const affiliations = store.nodes.affiliations(id, row.node);
    if (affiliations.length > 0)
      yield line(
        xml(
          'affiliations',
          { node: row.node },
          ...affiliations.map(({ jid, affiliation }) => xml('affiliation', { jid, affiliation })),
        ),
      );
    const subscriptions = store.nodes.subscriptions(id, row.node).filter(({ state }) => state === 'subscribed');
    if (subscriptions.length > 0)
      yield line(
        xml(
          'subscriptions',
          { node: row.node },
          ...subscriptions.map(({ jid }) => xml('subscription', { jid, subscription: 'subscribed' })),
        ),
      );
  }
  yield `</pubsub>\n<pubsub xmlns='${NS_PUBSUB}'>\n`;
  for (const { node } of rows) {
    yield `<items node='${escapeXML(node)}'>\n`;
    yield* store.nodes
      .items(id, node)
      .map(({ id: item, payload }) => `<item id='${escapeXML(item)}'>${payload}</item>\n`);
    yield '</items>\n';
  }
  yield '</pubsub>\n';
}

function configForm({ config }: NodeRow): Element {
  const fields = Object.entries({ ...NODE_DEFAULTS, ...config }).map(([name, value]) => ({
    var: `pubsub#${name}`,
    values: value.split('\n'),
  }));
  return formElement('submit', `${NS_PUBSUB}#node_config`, fields);
}

function* offlineMessages({ store, server }: Host, { id }: Account): Generator<string> {
  yield '<offline-messages>\n';
  for (let after: string | undefined; ; ) {
    const page = store.offline.list(id, PAGE, after);
    for (const { stanza, atMs } of page) {
      const message = inClientNamespace(parse(stanza));
      message.append(xml('delay', { xmlns: NS_DELAY, from: server.domain, stamp: dateTime(atMs) }));
      yield line(message);
    }
    after = page.at(-1)?.id;
    if (after === undefined) break;
  }
  yield '</offline-messages>\n';
}

function* archive({ store }: Host, { id: account }: Account): Generator<string> {
  yield `<archive xmlns='${NS_MAM}'>\n`;
  for (let afterId: string | undefined; ; ) {
    const bound = afterId === undefined ? {} : { afterId };
    const { messages, complete } = store.archive.page({ account, limit: PAGE, fromEnd: false, ...bound });
    for (const { id, atMs, stanza } of messages)
      yield `<result xmlns='${NS_RESULT}' id='${escapeXML(id)}'><forwarded xmlns='${NS_FORWARD}'><delay xmlns='${NS_DELAY}' stamp='${dateTime(atMs)}'/>${stanza}</forwarded></result>\n`;
    afterId = messages.at(-1)?.id;
    if (complete || afterId === undefined) break;
  }
  yield '</archive>\n';
}

function inClientNamespace(stanza: Element): Element {
  stanza.attrs.xmlns ??= 'jabber:client';
  return stanza;
}
