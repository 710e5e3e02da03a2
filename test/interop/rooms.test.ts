/** Rooms with Slixmpp, which fills in the form, and asks for everything that a person would. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { needs, Peer } from './peer.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('slixmpp_peer.py', import.meta.url));

const present = needs(PYTHON, ['-c', 'import slixmpp'], 'apt-get install python3-slixmpp');

describe.runIf(present)('rooms with slixmpp', () => {
  let box: Box;
  const peers: Peer[] = [];

  beforeAll(async () => {
    box = await Box.start({ 'server.domain': 'localhost', 'listen.allow_plain_loopback': false });
    for (const local of ['romeo', 'juliet', 'tybalt']) await box.addAccount(local);
  });
  afterAll(() => box.dispose());
  afterEach(() => Promise.all(peers.splice(0).map((peer) => peer.stop())));

  async function online(local: string): Promise<Peer> {
    const peer = new Peer(PYTHON, [SCRIPT]);
    peers.push(peer);
    const jid = `${local}@localhost`;
    peer.order('connect', { jid, password: `secret of ${local}`, port: box.ports.c2s, ca: box.certificateFile });
    await peer.event('online');
    return peer;
  }

  test('are made by the form, entered by invitation, spoken in, looked back into, and ended', async () => {
    const room = 'balcony@rooms.localhost';
    const [romeo, juliet, tybalt] = [await online('romeo'), await online('juliet'), await online('tybalt')];
    romeo.order('enter', { room, nick: 'Romeo' });
    await romeo.event('entered', { subject: '' });
    romeo.order('configure', { room, fields: { 'muc#roomconfig_roomname': 'The Balcony' } });
    await romeo.event('done');

    tybalt.order('enter', { room, nick: 'Tybalt' });
    await tybalt.event('refused', { condition: 'registration-required' });
    romeo.order('invite', { room, jid: 'juliet@localhost' });
    await juliet.event('invited', { room });
    romeo.order('speak', { room, body: 'what light?' });
    const said = await romeo.event('room message', { nick: 'Romeo', body: 'what light?' });
    romeo.order('set subject', { room, subject: 'Light' });
    await romeo.event('subject', { subject: 'Light' });
    juliet.order('enter', { room, nick: 'Juliet' });
    const entered = await juliet.event('entered');
    expect(entered).toMatchObject({
      people: expect.arrayContaining(['Romeo']),
      subject: 'Light',
      history: ['what light?'],
    });

    juliet.order('speak', { room, body: 'ay me' });
    const atRomeo = await romeo.event('room message', { nick: 'Juliet', body: 'ay me' });
    const atJuliet = await juliet.event('room message', { nick: 'Juliet', body: 'ay me' });
    expect(said.id).toBeTruthy();
    expect(atRomeo.id).toBe(atJuliet.id);
    juliet.order('list', { room, affiliation: 'owner' });
    expect(await juliet.event('listed')).toMatchObject({ people: ['romeo@localhost'] });
    juliet.order('room history', { room });
    expect(await juliet.event('history')).toMatchObject({ bodies: expect.arrayContaining(['what light?', 'ay me']) });

    romeo.order('affiliate', { room, jid: 'tybalt@localhost', affiliation: 'outcast' });
    await romeo.event('done');
    tybalt.order('enter', { room, nick: 'Tybalt' });
    await tybalt.event('refused', { condition: 'forbidden' });
    romeo.order('kick', { room, nick: 'Juliet' });
    await romeo.event('done');
    romeo.order('destroy', { room });
    await romeo.event('done');
    juliet.order('enter', { room, nick: 'Juliet' });
    await juliet.event('entered', { subject: '' });
  });
});
