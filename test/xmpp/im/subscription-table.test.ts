import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSubscriptionType, partsOf, SUBSCRIPTION_STATES, stateOf } from '../../../xmpp/im/subscription.ts';
import { Jid } from '../../../xmpp/routing/jid.ts';
import { change } from '../../../xmpp/store/changes.ts';
import type { Account } from '../../../xmpp/store/model.ts';
import { xml } from '../../../xmpp/xml.ts';
import { type Box, openBox, presence } from './box.ts';

/** RFC 6121 appendix A, row by row: state, whether it is routed or delivered (SHOULD NOT: S.N.), the new state. */
const APPENDIX = `
A.2.1 outbound subscribe
None                  | MUST     | None + Pending Out
None + Pending Out    | MUST     |
None + Pending In     | MUST     | None + Pending Out+In
None + Pending Out+In | MUST     |
To                    | MUST     |
To + Pending In       | MUST     |
From                  | MUST     | From + Pending Out
From + Pending Out    | MUST     |
Both                  | MUST     |
A.2.2 outbound unsubscribe
None                  | MUST     |
None + Pending Out    | MUST     | None
None + Pending In     | MUST     |
None + Pending Out+In | MUST     | None + Pending In
To                    | MUST     | None
To + Pending In       | MUST     | None + Pending In
From                  | MUST     |
From + Pending Out    | MUST     | From
Both                  | MUST     | From
A.2.3 outbound subscribed
None                  | M.N.     | pre-approval
None + Pending Out    | M.N.     | pre-approval
None + Pending In     | MUST     | From
None + Pending Out+In | MUST     | From + Pending Out
To                    | M.N.     | pre-approval
To + Pending In       | MUST     | Both
From                  | M.N.     |
From + Pending Out    | M.N.     |
Both                  | M.N.     |
A.2.4 outbound unsubscribed
None                  | S.N.     |
None + Pending Out    | S.N.     |
None + Pending In     | MUST     | None
None + Pending Out+In | MUST     | None + Pending Out
To                    | S.N.     |
To + Pending In       | MUST     | To
From                  | MUST     | None
From + Pending Out    | MUST     | None + Pending Out
Both                  | MUST     | To
A.3.1 inbound subscribe
None                  | MUST     | None + Pending In
None + Pending Out    | MUST     | None + Pending Out+In
None + Pending In     | S.N.     |
None + Pending Out+In | S.N.     |
To                    | MUST     | To + Pending In
To + Pending In       | S.N.     |
From                  | S.N.     |
From + Pending Out    | S.N.     |
Both                  | S.N.     |
A.3.2 inbound unsubscribe
None                  | S.N.     |
None + Pending Out    | S.N.     |
None + Pending In     | MUST     | None
None + Pending Out+In | MUST     | None + Pending Out
To                    | S.N.     |
To + Pending In       | MUST     | To
From                  | MUST     | None
From + Pending Out    | MUST     | None + Pending Out
Both                  | MUST     | To
A.3.3 inbound subscribed
None                  | S.N.     |
None + Pending Out    | MUST     | To
None + Pending In     | S.N.     |
None + Pending Out+In | MUST     | To + Pending In
To                    | S.N.     |
To + Pending In       | S.N.     |
From                  | S.N.     |
From + Pending Out    | MUST     | Both
Both                  | S.N.     |
A.3.4 inbound unsubscribed
None                  | S.N.     |
None + Pending Out    | MUST     | None
None + Pending In     | S.N.     |
None + Pending Out+In | MUST     | None + Pending In
To                    | MUST     | None
To + Pending In       | MUST     | None + Pending In
From                  | S.N.     |
From + Pending Out    | MUST     | From
Both                  | MUST     | From
`;

interface Row {
  direction: string;
  type: string;
  state: string;
  goesOn: boolean;
  next: string;
  approves: boolean;
}

function rows(): Row[] {
  let [direction = '', type = ''] = ['', ''];
  const found: Row[] = [];
  for (const text of APPENDIX.trim().split('\n')) {
    if (text.startsWith('A.')) [, direction = '', type = ''] = text.split(' ');
    else {
      const [state = '', verb = '', next = ''] = text.split('|').map((cell) => cell.trim());
      const approves = next === 'pre-approval';
      found.push({ direction, type, state, goesOn: verb === 'MUST', next: approves ? state : next || state, approves });
    }
  }
  return found;
}

const CONTACT = 'bob@far.example';
let box: Box;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ box, close } = await openBox());
});
afterAll(() => close());

async function inState(account: Account, contact: string, state: string): Promise<void> {
  const name = SUBSCRIPTION_STATES.find((known) => known === state);
  if (!name) throw new Error(`no state ${state}`);
  const { subscription, ask, pendingIn } = partsOf(name);
  if (subscription !== 'none' || ask) await box.contact(account, contact, { subscription, ask });
  if (pendingIn)
    await box.store.journal.commit(
      change('subscription request kept', {
        account: account.id,
        contact,
        stanza: xml('presence', { type: 'subscribe', from: contact }).toString(),
      }),
    );
}

function stateNow(account: Account, contact: string): string {
  const { subscription = 'none', ask = false } = box.store.roster.item(account.id, contact) ?? {};
  const pendingIn = box.store.roster.requests(account.id).some((request) => request.contact === contact);
  return stateOf({ subscription, ask, pendingIn });
}

describe('appendix A has 72 rows', () => {
  test('all are here', () => expect(rows()).toHaveLength(8 * SUBSCRIPTION_STATES.length));
});

describe.each(rows().filter(({ direction }) => direction === 'outbound'))('$direction $type in $state', (row) => {
  test(`${row.goesOn ? 'is routed' : 'is not routed'}; then ${row.next}`, async () => {
    const account = await box.member(box.near);
    const contact = await box.member(box.other);
    const address = box.other.addressOf(contact);
    await inState(account, address, row.state);
    const routed: string[] = [];
    box.other.hooks.on('stanza to account', ({ account: to, stanza }) => {
      if (to.id === contact.id && isSubscriptionType(stanza.attrs.type)) routed.push(stanza.toString());
    });
    await box.says(box.client(box.near, account, 'r'), presence(row.type, `${address}/any`));
    const stamped = `<presence type="${row.type}" to="${address}" from="${box.near.addressOf(account)}"/>`;
    expect(routed).toEqual(row.goesOn ? [stamped] : []);
    expect(stateNow(account, address)).toBe(row.next);
    expect(box.store.roster.item(account.id, address)?.approved ?? false).toBe(row.approves);
  });
});

/** Notes [2] of table 6 and [1] of table 7; but who only asked gets no answer to taking it back (docs/decisions/0005). */
function answerTo({ type, state, goesOn }: Row): string | undefined {
  if (!/^(From|Both)/.test(state)) return undefined;
  if (type === 'subscribe') return 'subscribed';
  return type === 'unsubscribe' && goesOn ? 'unsubscribed' : undefined;
}

describe.each(rows().filter(({ direction }) => direction === 'inbound'))('$direction $type in $state', (row) => {
  test(`${row.goesOn ? 'is delivered' : 'is not delivered'}; then ${row.next}`, async () => {
    const account = await box.member(box.near);
    await inState(account, CONTACT, row.state);
    const client = await box.online(box.near, account, 'r');
    box.abroad.splice(0);
    const from = row.type === 'subscribe' ? `${CONTACT}/phone` : CONTACT;
    await box.fromAfar(xml('presence', { type: row.type, id: 'id1', from, to: box.near.addressOf(account) }));
    const delivered = client.received.filter(({ name }) => name === 'presence').map(({ attrs }) => attrs);
    const expected = { type: row.type, id: 'id1', from: CONTACT, to: box.near.addressOf(account) };
    expect(delivered).toEqual(row.goesOn ? [expected] : []);
    expect(stateNow(account, CONTACT)).toBe(row.next);
    const answers = box.abroad.splice(0).filter(({ attrs }) => isSubscriptionType(attrs.type));
    const answer = answerTo(row);
    expect(answers.map(({ attrs }) => [attrs.type, attrs.id])).toEqual(answer ? [[answer, 'id1']] : []);
    expect(box.near.roster.sees(account, Jid.parse(CONTACT))).toBe(/^(From|Both)/.test(row.next));
  });
});
