/** XEP-0198 and 0352 together, as a phone needs them: what is told of a client that sleeps, and how long it may be away. */
import { afterEach, expect, it } from 'vitest';
import type { Extension, Host } from '../../../xmpp/extension.ts';
import { csi } from '../../../xmpp/extensions/csi/csi.ts';
import type { Session } from '../../../xmpp/routing/session.ts';
import { xml } from '../../../xmpp/xml.ts';
import { TestClock } from '../extensions/harness.ts';
import { TestClient } from './client.ts';
import { message, type Rig } from './rig.ts';
import { startWebRig, type WebRig } from './web/rig.ts';
import { WebClient } from './websocket/client.ts';

let rig: WebRig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

interface Phone {
  running: WebRig;
  clock: TestClock;
  client: TestClient;
  session: Session;
  id: string;
  /** Bodies of what it was told to wait, each time. */
  waiting: (string | null)[][];
}

async function phone(): Promise<Phone> {
  const clock = new TestClock();
  const running = await startWebRig({ limits: { resumeSeconds: 900 }, clock });
  rig = running;
  attach(running.host, csi);
  const client = await loggedIn(running);
  await client.bind();
  const id = await client.enable();
  const session = running.sessions.of('juliet', 'balcony');
  if (!session) throw new Error('no session');
  const waiting: Phone['waiting'] = [];
  running.hooks.on('stanzas waiting', ({ stanzas }) =>
    waiting.push(stanzas.map((stanza) => stanza.getChildText('body'))),
  );
  return { running, clock, client, session, id, waiting };
}

/** Its hooks; the rig has no tables for more. */
const attach = (host: Host, extension: Extension) => extension.attach(host);

async function loggedIn(running: Rig): Promise<TestClient> {
  const client = await TestClient.connect(running.port);
  await client.open();
  await client.login();
  return client;
}

const JULIET = 'juliet@example.test';
const presence = (show: string) => xml('presence', { from: 'romeo@example.test/x' }, xml('show', {}, show));
const disconnected = async ({ outlet }: Session) => {
  while (outlet.connected) await new Promise((resolve) => setImmediate(resolve));
};
const INACTIVE = "<inactive xmlns='urn:xmpp:csi:0'/>";
const R = "<r xmlns='urn:xmpp:sm:3'/>";

it('a client that does not acknowledge within ten seconds is told of, and what comes then', async () => {
  const { clock, client, session, waiting } = await phone();
  session.send(message(JULIET, 'one'));
  await client.until(/<r [^>]*>/);
  clock.pass(9_999);
  expect(waiting).toEqual([]);
  clock.pass(1);
  session.send(message(JULIET, 'two'));
  expect(waiting).toEqual([['one'], ['two']]);
  client.send("<a xmlns='urn:xmpp:sm:3' h='2'/>");
  await client.until('two');
  client.send(R);
  await client.until('<a ');
  session.send(message(JULIET, 'three'));
  expect(waiting).toHaveLength(2);
});

it('what waits when the connection breaks is told of, and each that comes while it is gone', async () => {
  const { client, session, waiting } = await phone();
  session.send(message(JULIET, 'one'));
  client.cut();
  await disconnected(session);
  session.send(message(JULIET, 'two'));
  expect(waiting).toEqual([['one'], ['two']]);
});

it('an inactive client is not asked for an acknowledgement while nothing is sent to it', async () => {
  const { client, session } = await phone();
  client.send(INACTIVE + R);
  await client.until(/<a [^>]*>/);
  session.send(presence('away'));
  session.send(presence('dnd'));
  client.send('<message/>');
  client.send(R);
  const came = await client.until(/<a [^>]*>/);
  // Its own request: what is held goes first, and only with it the server's.
  expect(came).toMatch(/^<presence [^>]*><show>dnd<\/show><\/presence>/);
  expect(came).not.toContain('away');
});

/** Resumes a stream and gives all that comes up to and with the presence that is waited for. */
const transports: Record<string, (running: WebRig, resume: string) => Promise<string>> = {
  async TCP(running, resume) {
    const next = await loggedIn(running);
    next.send(resume);
    return next.until('</presence>');
  },
  async WebSocket(running, resume) {
    const next = await WebClient.connect(running.http);
    await next.open();
    await next.login();
    next.send(resume);
    let came = '';
    while (!came.includes('</presence>')) came += await next.next();
    next.socket.terminate();
    return came;
  },
};

it.each(Object.entries(transports))(
  'after ten minutes and more in a tunnel the stream goes on over %s, with the newest of what changed',
  async (_, resume) => {
    const { running, clock, client, session, id } = await phone();
    client.cut();
    await disconnected(session);
    for (let n = 0; n < 5000; n += 1) session.send(presence(`${n}`));
    session.send(message(JULIET, 'hello'));
    clock.pass(12 * 60_000);
    const resumed = await resume(running, `<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='0'/>`);
    expect(resumed.match(/<presence/g)).toHaveLength(1);
    expect(resumed).toMatch(/<resumed.*<body>hello<\/body>.*<show>4999<\/show>/s);
    expect(session.gate?.inactive).toBe(false);
  },
);

it('a session that is not resumed gives back what was held as well', async () => {
  const { running, clock, client, session } = await phone();
  client.send(INACTIVE + R);
  await client.until(/<a [^>]*>/);
  client.cut();
  await disconnected(session);
  const receipt = xml('message', { from: 'romeo@example.test/x' }, xml('received', { xmlns: 'urn:xmpp:receipts' }));
  session.send(receipt);
  session.send(message(JULIET, 'hello'));
  clock.pass(900_000);
  expect(session.ended).toBe(true);
  expect(running.undelivered.map((stanza) => stanza.getChildElements()[0]?.name).toSorted()).toEqual([
    'body',
    'received',
  ]);
});
