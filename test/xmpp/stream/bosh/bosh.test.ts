import { describe, expect, it } from 'vitest';
import { TestClock } from '../../extensions/harness.ts';
import { opened } from '../client.ts';
import { message } from '../rig.ts';
import { BoshClient, NS_BOSH } from './client.ts';
import { bodies, EMPTY, say, start, terminate } from './rig.ts';

describe('a stream over BOSH', () => {
  it('goes over session, SASL, restart and bind to stanzas both ways', async () => {
    const running = await start();
    const client = new BoshClient(running.http);
    const created = await client.create();
    expect(created).toMatch(
      /^<body xmlns='http:\/\/jabber.org\/protocol\/httpbind' xmlns:stream='http:\/\/etherx.jabber.org\/streams' sid='[\w-]{32}' wait='5' hold='1' maxpause='120' requests='2' inactivity='30' ver='1.11' xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0' xmpp:restartlogic='true' from='example.test'><stream:features>/,
    );
    expect(created).toContain('<mechanism>SCRAM-SHA-256</mechanism>');
    expect(created).not.toContain('starttls');
    expect(await client.login()).toContain('<bind ');
    expect(await client.bind()).toContain("<iq xmlns='jabber:client' ");
    running.engine = async (session) => session.send(message('juliet@example.test', 'ay'));
    expect(await client.send(say('wherefore'))).toBe(
      `<body xmlns='${NS_BOSH}'><message xmlns='jabber:client' to='juliet@example.test' type='chat'><body>ay</body></message></body>`,
    );
    expect(running.received[0]?.stanza.toString()).toBe(
      '<message to="romeo@example.test"><body>wherefore</body></message>',
    );
  });

  it('takes stanzas that name no namespace', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    running.engine = async (session) => session.send(message('juliet@example.test', 'ay'));
    await client.send("<message to='romeo@example.test'><body>old style</body></message>");
    expect(bodies(running)).toEqual(['old style']);
  });

  it('holds a request until there is something to say, and answers it when the next one comes', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const held = client.send();
    const next = client.send(say('meanwhile'));
    expect(await held).toBe(EMPTY);
    running.sessions.all()[Symbol.iterator]().next().value?.send(message('juliet@example.test', 'news'));
    expect(await next).toContain('news');
  });

  it('answers with nothing when the client has waited long enough', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http, "to='example.test' wait='1' hold='1'");
    expect(await client.send()).toBe(EMPTY);
  });

  it('ends with what the client says last', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    const held = client.send();
    expect(await client.send(say('farewell'), "type='terminate'")).toBe(EMPTY);
    expect(await held).toBe(`<body xmlns='${NS_BOSH}' type='terminate'/>`);
    await ended;
    expect(bodies(running)).toEqual(['farewell']);
    expect(await client.send()).toContain("type='terminate'");
  });

  it('ends with the server, which says so on the request that it holds', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const held = client.send();
    const idle = await BoshClient.bound(running.http, undefined, 'garden');
    // The held request has come in once a later one of the same address is through.
    await new BoshClient(running.http).create();
    const stopping = running.web.stop();
    expect(await held).toMatch(/condition='remote-stream-error'.*<stream:error><system-shutdown /);
    expect(await idle.send()).toMatch(/condition='remote-stream-error'.*<system-shutdown /);
    expect(await new BoshClient(running.http).create()).toBe(terminate('system-shutdown'));
    await stopping;
  });

  it('tells of a stream error, and is over then', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const reply = await client.send("<hello xmlns='urn:example'/>");
    expect(reply).toMatch(/ type='terminate' condition='remote-stream-error'>/);
    expect(reply).toContain('<stream:error><unsupported-stanza-type ');
    expect(reply).toContain("xmlns:stream='http://etherx.jabber.org/streams'");
  });

  it('refuses a restart that nobody waits for', async () => {
    const client = await BoshClient.bound((await start()).http);
    expect(await client.send('', "xmpp:restart='true' to='example.test'")).toContain('<bad-format ');
  });
});

describe('a client that is silent', () => {
  it('is taken to be gone after half a minute', async () => {
    const clock = new TestClock();
    const running = await start({ clock });
    const client = await BoshClient.bound(running.http);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    clock.pass(29_000);
    expect([...running.sessions.all()]).toHaveLength(1);
    clock.pass(2_000);
    await ended;
    expect(await client.send()).toBe(terminate('item-not-found'));
  });

  it('is waited for as long as it asked', async () => {
    const clock = new TestClock();
    const running = await start({ clock });
    const client = await BoshClient.bound(running.http);
    expect(await client.send('', "pause='100'")).toBe(EMPTY);
    clock.pass(99_000);
    expect(await client.send('', "pause='100'")).toBe(EMPTY);
    const ended = new Promise((resolve) => running.hooks.on('session ended', resolve));
    clock.pass(101_000);
    await ended;
  });

  it('may say so before, and gets all its requests back, empty', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const held = client.send();
    expect(await client.send('', "pause='60'")).toBe(EMPTY);
    expect(await held).toBe(EMPTY);
    const [session] = running.sessions.all();
    session?.send(message('juliet@example.test', 'kept'));
    expect(await client.send()).toContain('kept');
  });
});

it('a session can be resumed over TCP', async () => {
  const running = await start();
  const client = await BoshClient.bound(running.http);
  const enabled = await client.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
  const id = / id='([^']*)'/.exec(enabled)?.[1];
  const tcp = await opened(running);
  await tcp.login();
  const held = client.send();
  tcp.send(`<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='0'/>`);
  await tcp.until('<resumed');
  expect(await held).toContain('<conflict ');
});
