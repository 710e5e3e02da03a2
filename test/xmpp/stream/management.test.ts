import { describe, expect, it } from 'vitest';
import { TestClient } from './client.ts';
import { message, openRig, type Rig } from './rig.ts';

/** Logged in, before bind. */
async function loggedIn(running: Rig, user = 'juliet', password = 'R0m30'): Promise<TestClient> {
  const client = await TestClient.connect(running.port);
  await client.open();
  await client.login(user, password);
  return client;
}

async function managed(running: Rig, attributes?: string): Promise<{ client: TestClient; id: string }> {
  const client = await loggedIn(running);
  await client.bind();
  return { client, id: await client.enable(attributes) };
}

const sessionOf = (running: Rig) => {
  const session = running.sessions.of('juliet', 'balcony');
  if (!session) throw new Error('no session');
  return session;
};
const once = (running: Rig, name: 'session ended' | 'session resumed') =>
  new Promise<void>((resolve) => running.hooks.on(name, () => resolve()));
const disconnected = async (running: Rig) => {
  while (sessionOf(running).outlet.connected) await new Promise((resolve) => setImmediate(resolve));
};
const R = "<r xmlns='urn:xmpp:sm:3'/>";
const resume = (id: string, h: number) => `<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='${h}'/>`;
const ack = (h: number) => `<a xmlns='urn:xmpp:sm:3' h='${h}'/>`;

describe('acknowledgements', () => {
  it('count only what the engine is done with, and answer in order', async () => {
    const running = await openRig();
    const { client } = await managed(running);
    let done = () => {};
    running.engine = () =>
      new Promise((resolve) => {
        done = resolve;
      });
    const settled: string[] = [];
    client.send(`<message/>${R}`);
    while (running.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    sessionOf(running).send(message('juliet@example.test', 'first'), () => settled.push('first'));
    expect(await client.until('<r ')).not.toContain('<a ');
    done();
    expect(await client.until(/<a [^>]*>/)).toContain("h='1'");
  });

  it('settle what was sent, and only that', async () => {
    const running = await openRig();
    const { client } = await managed(running);
    const delivered: [string, boolean][] = [];
    for (const body of ['one', 'two', 'three']) {
      sessionOf(running).send(message('juliet@example.test', body), (ok) => delivered.push([body, ok]));
    }
    await client.until(/<r [^>]*>/);
    client.send(ack(2));
    await client.until(/<r [^>]*>/);
    expect(delivered).toEqual([
      ['one', true],
      ['two', true],
    ]);
  });

  it('of more than was sent end the stream', async () => {
    const running = await openRig();
    const { client } = await managed(running);
    client.send(ack(8));
    const error = await client.rest();
    expect(error).toContain('<undefined-condition');
    expect(error).toContain("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='8' send-count='0'/>");
    expect(running.sessions.of('juliet', 'balcony')).toBeUndefined();
  });

  it('that are no counters end the stream', async () => {
    const running = await openRig();
    const { client } = await managed(running);
    client.send("<a xmlns='urn:xmpp:sm:3' h='-1'/>");
    expect(await client.rest()).toContain('<bad-format');
  });
});

describe('enabling', () => {
  it('is refused before bind', async () => {
    const running = await openRig();
    const client = await loggedIn(running);
    client.send("<enable xmlns='urn:xmpp:sm:3'/>");
    expect(await client.until('</failed>')).toContain('<unexpected-request');
    expect(await client.bind()).toContain('<jid>');
  });

  it('twice ends the stream', async () => {
    const running = await openRig();
    const { client } = await managed(running);
    client.send("<enable xmlns='urn:xmpp:sm:3'/>");
    const answer = await client.rest();
    expect(answer).toContain('<unexpected-request');
    expect(answer).toContain('<stream:error>');
  });

  it('grants no more time than is configured, and less where the client wants less', async () => {
    const running = await openRig({ limits: { resumeSeconds: 300 } });
    const client = await loggedIn(running);
    await client.bind();
    client.send("<enable xmlns='urn:xmpp:sm:3' resume='1' max='60'/>");
    expect(await client.until(/<enabled[^>]*>/)).toContain("max='60'");
  });

  it('without resume gives no id, and the session ends with its connection', async () => {
    const running = await openRig();
    const { client, id } = await managed(running, '');
    expect(id).toBe('');
    const over = once(running, 'session ended');
    client.cut();
    await over;
  });
});

describe('resumption', () => {
  it('sends again what was lost, in order, with what came meanwhile, and nothing twice', async () => {
    const running = await openRig();
    const { client, id } = await managed(running);
    client.send('<message/><message/>');
    const session = sessionOf(running);
    for (const body of ['one', 'two']) session.send(message('juliet@example.test', body));
    await client.until(/<r [^>]*>/);
    client.send(ack(1));
    await client.until(/<r [^>]*>/);
    client.cut();
    await disconnected(running);
    session.send(message('juliet@example.test', 'three'));

    const next = await loggedIn(running);
    const resumed = once(running, 'session resumed');
    next.send(resume(id, 1));
    const answer = await next.until(/<r [^>]*>/);
    await resumed;
    expect(answer).toContain(`<resumed xmlns='urn:xmpp:sm:3' previd='${id}' h='2'/>`);
    expect([...answer.matchAll(/<body>(\w+)<\/body>/g)].map((match) => match[1])).toEqual(['two', 'three']);
    next.send('<message to="after"/>');
    next.send(`${ack(3)}${R}`);
    expect(await next.until(/<a [^>]*>/)).toContain("h='3'");
    expect(sessionOf(running)).toBe(session);
    expect(session.outlet.connected).toBe(true);
  });

  it('takes over from a connection that is still there, which gets conflict', async () => {
    const running = await openRig();
    const { client, id } = await managed(running);
    const next = await loggedIn(running);
    next.send(resume(id, 0));
    await next.until('<resumed');
    expect(await client.rest()).toContain('<conflict');
    expect(sessionOf(running).outlet.connected).toBe(true);
    sessionOf(running).send(message('juliet@example.test', 'still here'));
    await next.until('still here');
  });

  it('waits for what the old stream had sent, so that it is not sent again', async () => {
    const running = await openRig();
    const { client, id } = await managed(running);
    let done = () => {};
    running.engine = () =>
      new Promise((resolve) => {
        done = resolve;
      });
    client.send('<message/>');
    while (running.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const next = await loggedIn(running);
    next.send(resume(id, 0));
    await client.rest();
    expect(next.text).not.toContain('<resumed');
    done();
    await next.until('<resumed');
    expect(await next.until(/>/)).toContain("h='1'");
  });

  it('of an unknown session fails with item-not-found, and bind goes on', async () => {
    const running = await openRig();
    const client = await loggedIn(running);
    client.send(resume('nonsense', 0));
    expect(await client.until('</failed>')).toContain('<item-not-found');
    expect(await client.bind()).toContain('<jid>');
  });

  it("of another member's session fails", async () => {
    const running = await openRig();
    const { id } = await managed(running);
    const thief = await loggedIn(running, 'romeo', 'Jul13t');
    thief.send(resume(id, 0));
    expect(await thief.until('</failed>')).toContain('<item-not-found');
  });

  it('after the time is over tells how far the session got', async () => {
    const running = await openRig({ limits: { resumeSeconds: 1 } });
    const { client, id } = await managed(running);
    client.send(`<message/>${R}`);
    await client.until(/<a [^>]*>/);
    sessionOf(running).send(message('juliet@example.test', 'lost'), (ok) => expect(ok).toBe(false));
    await client.until(/<r [^>]*>/);
    const over = once(running, 'session ended');
    client.cut();
    await over;
    expect(running.undelivered.map((stanza) => stanza.getChildText('body'))).toEqual(['lost']);
    const next = await loggedIn(running);
    next.send(resume(id, 0));
    expect(await next.until('</failed>')).toMatch(/<failed[^>]*h='1'/);
  });

  it('is not for a stream that was closed: what was not acknowledged goes back', async () => {
    const running = await openRig();
    const { client } = await managed(running);
    sessionOf(running).send(message('juliet@example.test', 'one'));
    sessionOf(running).send(message('juliet@example.test', 'two'));
    await client.until(/<r [^>]*>/);
    const over = once(running, 'session ended');
    client.send(`${ack(1)}</stream:stream>`);
    await over;
    await client.rest();
    expect(running.undelivered.map((stanza) => stanza.getChildText('body'))).toEqual(['two']);
  });

  it('gives up where more waits than is kept', async () => {
    const running = await openRig({ limits: { resumeStanzas: 3 } });
    const { client } = await managed(running);
    const session = sessionOf(running);
    client.cut();
    await disconnected(running);
    for (const body of ['1', '2', '3', '4']) session.send(message('juliet@example.test', body));
    expect(session.ended).toBe(true);
    expect(running.undelivered).toHaveLength(4);
  });
});

it('what reaches a session as it ends, or after, is given back as well', async () => {
  const running = await openRig();
  const { client } = await managed(running);
  const session = sessionOf(running);
  const settled: boolean[] = [];
  const given = (body: string) => session.send(message('juliet@example.test', body), (ok) => settled.push(ok));
  session.outlet.close('conflict');
  given('while the stream closes');
  client.cut();
  while (running.undelivered.length === 0) await new Promise((resolve) => setImmediate(resolve));
  given('when it is gone');
  expect(running.undelivered.map((stanza) => stanza.getChildText('body'))).toEqual([
    'while the stream closes',
    'when it is gone',
  ]);
  expect(settled).toEqual([false, false]);
});

it("the server's stop gives back what waits for a resumption", async () => {
  const running = await openRig();
  const { client } = await managed(running);
  const session = sessionOf(running);
  client.cut();
  await disconnected(running);
  session.send(message('juliet@example.test', 'kept'));
  await running.stop();
  expect(running.undelivered).toHaveLength(1);
});
