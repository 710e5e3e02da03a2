import { describe, expect, it } from 'vitest';
import { errorReply } from '../../../xmpp/routing/stanza.ts';
import { StanzaError } from '../../../xmpp/routing/stanza-error.ts';
import { bound, opened, TestClient } from './client.ts';
import { message, openRig } from './rig.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('stanzas', () => {
  it.each(['romeo@example.test', 'juliet@example.test/attic', 'a@b@c'])('from %s end the stream', async (from) => {
    const running = await openRig();
    const client = await bound(running);
    client.send(`<message from='${from}'/>`);
    expect(await client.rest()).toContain('<invalid-from');
    expect(running.received).toEqual([]);
  });

  it('may name the session or its account as their sender', async () => {
    const running = await openRig();
    const client = await bound(running);
    client.send("<message from='juliet@example.test/balcony'/><message from='Juliet@example.test'/>");
    while (running.received.length < 2) await turn();
  });

  it('before an error are still done, and the error names its cause', async () => {
    const running = await openRig();
    const client = await bound(running);
    const done: string[] = [];
    running.engine = async (session, stanza) => {
      await turn();
      if (!session.ended) done.push(stanza.name);
    };
    client.send('<message/><presence/></nonsense>');
    expect(await client.rest()).toContain('<not-well-formed');
    expect(done).toEqual(['message', 'presence']);
  });

  it('before the end of the stream are still done and answered', async () => {
    const running = await openRig();
    const client = await bound(running);
    running.engine = async (session, stanza) => {
      await turn();
      session.send(errorReply(stanza, new StanzaError('service-unavailable')));
    };
    client.send("<iq type='get' id='last'><x xmlns='urn:x'/></iq></stream:stream>");
    const rest = await client.rest();
    expect(rest).toContain("id='last'");
    expect(rest).toMatch(/<\/stream:stream>$/);
  });

  it('of a name that is none end the stream', async () => {
    const client = await bound(await openRig());
    client.send('<query/>');
    expect(await client.rest()).toContain('<unsupported-stanza-type');
  });

  it('larger than allowed end the stream', async () => {
    const running = await openRig({ limits: { stanzaBytes: 20_000 } });
    const client = await bound(running);
    client.send(`<message><body>${'x'.repeat(15_000)}</body></message>`);
    while (running.received.length < 1) await turn();
    client.send(`<message><body>${'x'.repeat(20_000)}</body></message>`);
    expect(await client.rest()).toContain('<policy-violation');
  });
});

describe('pressure', () => {
  it('a client that sends too much is read no further until the engine has caught up', async () => {
    const running = await openRig({ limits: { stanzasPerSecond: 0 } });
    const client = await bound(running);
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    running.engine = () => gate;
    const stanza = `<message><body>${'x'.repeat(2000)}</body></message>`;
    for (let i = 0; i < 2000; i += 1) client.send(stanza);
    while ((running.sessions.of('juliet', 'balcony')?.lane.pending ?? 0) < 64) await turn();
    const other = await bound(running, 'attic');
    expect(other.closed).toBe(false);
    expect(running.received.length).toBeLessThan(200);
    go();
    while (running.received.length < 2000) await turn();
  });

  it('a client over its rate is slowed, and nobody else', async () => {
    const running = await openRig({ limits: { stanzasPerSecond: 10 } });
    const client = await bound(running);
    client.send('<message/>'.repeat(400));
    while (running.received.length < 400) await turn();
    client.send('<presence/>');
    const other = await bound(running, 'attic');
    other.send("<iq type='get'/>");
    while (!running.received.some(({ stanza }) => stanza.name === 'iq')) await turn();
    expect(running.received.some(({ stanza }) => stanza.name === 'presence')).toBe(false);
    expect(client.closed).toBe(false);
  });

  it('a client that reads nothing is cut off, and what it was given goes back', async () => {
    const running = await openRig();
    const client = await bound(running);
    client.socket.pause();
    const session = running.sessions.of('juliet', 'balcony');
    const settled: boolean[] = [];
    const body = 'x'.repeat(200_000);
    for (let i = 0; i < 200 && session && !session.ended; i += 1) {
      session.send(message('juliet@example.test', body), (ok) => settled.push(ok));
      await turn();
    }
    expect(session?.ended).toBe(true);
    expect(settled).toContain(false);
    expect(running.undelivered).toHaveLength(settled.filter((ok) => !ok).length);
  });
});

describe("the server's stop", () => {
  it('ends all streams with system-shutdown, whatever they are at', async () => {
    const running = await openRig();
    const clients = [await bound(running), await opened(running), await TestClient.connect(running.port)];
    const [rests] = await Promise.all([Promise.all(clients.map((client) => client.rest())), running.listener.stop()]);
    for (const rest of rests) expect(rest).toMatch(/<system-shutdown[^>]*\/><\/stream:error><\/stream:stream>$/);
    expect(running.sessions.accountsOnline).toBe(0);
  });
});
