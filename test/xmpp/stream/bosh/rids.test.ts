import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { message } from '../rig.ts';
import { BoshClient, NS_BOSH } from './client.ts';
import { bodies, EMPTY, say, start, terminate } from './rig.ts';

describe('rids', () => {
  it('put requests in order that come out of order', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const first = client.rid + 1;
    const second = client.send(say('two'), '', first + 1);
    await new BoshClient(running.http).create();
    expect(bodies(running)).toEqual([]);
    const answers = [client.send(say('one'), '', first), second];
    expect(await answers[0]).toBe(EMPTY);
    await expect.poll(() => bodies(running)).toEqual(['one', 'two']);
  });

  it('seen before are answered as before, and do nothing again', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    running.engine = async (session) => session.send(message('juliet@example.test', 'once'));
    const answer = await client.send(say('once'));
    expect(await client.send(say('once'), '', client.rid)).toBe(answer);
    expect(bodies(running)).toEqual(['once']);
  });

  it('whose connection broke are taken up by another one', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const broken = new AbortController();
    const lost = client.send(say('here'), '', undefined, broken.signal);
    await expect.poll(() => bodies(running)).toEqual(['here']);
    broken.abort();
    await expect(lost).rejects.toThrow();
    const again = client.send(say('here'), '', client.rid);
    const [session] = running.sessions.all();
    session?.send(message('juliet@example.test', 'kept for you'));
    expect(await again).toContain('kept for you');
    expect(bodies(running)).toEqual(['here']);
  });

  it('that are held are answered with a recoverable error when they come again', async () => {
    const running = await start();
    const client = await BoshClient.bound(running.http);
    const first = client.send(say('here'));
    await expect.poll(() => bodies(running)).toEqual(['here']);
    const second = client.send(say('here'), '', client.rid);
    expect(await first).toBe(`<body xmlns='${NS_BOSH}' type='error'/>`);
    const [session] = running.sessions.all();
    session?.send(message('juliet@example.test', 'to the latest'));
    expect(await second).toContain('to the latest');
  });

  it.each([
    ['beyond the window', 5],
    ['long answered', -4],
  ])('%s end the session', async (_name, offset) => {
    const client = await BoshClient.bound((await start()).http);
    expect(await client.send('', '', client.rid + offset)).toBe(terminate('item-not-found'));
    expect(await client.send()).toBe(terminate('item-not-found'));
  });

  it('are needed', async () => {
    const client = new BoshClient((await start()).http);
    const { text } = await client.post(`<body xmlns='${NS_BOSH}' to='example.test'/>`);
    expect(text).toBe(terminate('bad-request'));
  });
});

describe('key sequences', () => {
  const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
  const keys = ['seed'];
  for (let n = 0; n < 4; n += 1) keys.push(sha1(keys.at(-1) ?? ''));
  const [, k1, k2 = '', k3, k4] = keys;

  it('let go on who knows the next key', async () => {
    const client = new BoshClient((await start()).http);
    await client.create(`to='example.test' wait='1' hold='1' newkey='${k3?.toUpperCase()}'`);
    expect(await client.send('', `key='${k2}'`)).not.toContain('terminate');
    expect(await client.send('', `key='${k1}' newkey='${k4}'`)).not.toContain('terminate');
    expect(await client.send('', `key='${k3}'`)).not.toContain('terminate');
  });

  it.each([
    ['without a key', ''],
    ['with a wrong one', "key='ca393b51b682f61f98e7877d61146407f3d0a770'"],
  ])('end the session for a request %s', async (_name, attributes) => {
    const client = new BoshClient((await start()).http);
    await client.create(`to='example.test' newkey='${k3}'`);
    expect(await client.send('', attributes)).toBe(terminate('item-not-found'));
  });

  it('give no answer again without the key that went with it', async () => {
    const client = new BoshClient((await start()).http);
    await client.create(`to='example.test' wait='0' hold='1' newkey='${k3}'`);
    await client.send('', `key='${k2}'`);
    expect(await client.send('', '', client.rid)).toBe(terminate('item-not-found'));
  });
});
