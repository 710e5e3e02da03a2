/** Slixmpp in rooms, from making one to its end, and with what members keep on their box: avatars, vCards, nicknames, bookmarks. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { household } from './household.ts';
import { needs, type Peer, type PeerEvent } from './peer.ts';

// Debian's own Python: one of another making does not see Debian's packages.
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('slixmpp_rooms_peer.py', import.meta.url));
const SERVICE = 'rooms.localhost';

/** The smallest PNG there is, one pixel. */
const PNG =
  '89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082';
const PNG_ID = createHash('sha1').update(Buffer.from(PNG, 'hex')).digest('hex');

const present = needs(PYTHON, ['-c', 'import slixmpp'], 'apt-get install python3-slixmpp');

describe.runIf(present)('slixmpp', () => {
  const house = household('anna', 'ben', 'cleo');

  async function login(local: string): Promise<Peer> {
    const peer = house.launch(PYTHON, [SCRIPT]);
    const { box } = house;
    const { jid, password } = house.account(local);
    peer.order('connect', { jid, password, port: box.ports.c2s, ca: box.certificateFile });
    await peer.event('online');
    return peer;
  }

  function run(peer: Peer, what: string, facts: Record<string, unknown> = {}): Promise<PeerEvent> {
    peer.order(what, facts);
    return peer.event('done', { what });
  }

  async function refusal(peer: Peer, what: string, facts: Record<string, unknown>): Promise<unknown> {
    peer.order(what, facts);
    return (await peer.event('refused')).condition;
  }

  test('makes a room that is as a family expects, names it, invites, talks, and reads its archive by pages', async () => {
    const room = `cave@${SERVICE}`;
    const [anna, ben, cleo] = [await login('anna'), await login('ben'), await login('cleo')];
    expect(await run(anna, 'join', { room, nick: 'Anna' })).toMatchObject({ occupants: ['Anna'], history: [] });
    await anna.event('occupant', { nick: 'Anna', role: 'moderator', affiliation: 'owner' });
    const asMade = ['muc#roomconfig_membersonly', 'muc#roomconfig_persistentroom', 'muc#roomconfig_enablearchiving'];
    const fields = {
      'muc#roomconfig_roomname': 'A Dark Cave',
      ...Object.fromEntries(asMade.map((name) => [name, true])),
    };
    expect(await run(anna, 'configure', { room, fields })).toMatchObject({
      before: { ...fields, 'muc#roomconfig_roomname': '' },
    });

    expect(await refusal(cleo, 'join', { room, nick: 'Cleo' })).toBe('registration-required');
    anna.order('invite', { room, jid: 'ben@localhost', reason: 'join us' });
    await ben.event('invited', { room, by: 'anna@localhost', reason: 'join us' });
    expect(await run(ben, 'join', { room, nick: 'Ben' })).toMatchObject({ occupants: ['Anna', 'Ben'] });
    await anna.event('occupant', { nick: 'Ben', affiliation: 'member', jid: 'ben@localhost' });

    anna.order('roomsay', { room, body: 'one' });
    await ben.event('said', { nick: 'Anna', body: 'one', delayed: false });
    ben.order('roomsay', { room, body: 'two' });
    await anna.event('said', { nick: 'Ben', body: 'two' });
    anna.order('subject', { room, subject: 'dinner' });
    await ben.event('subject', { room, subject: 'dinner' });
    ben.order('roomsay', { room, body: 'three' });
    await anna.event('said', { nick: 'Ben', body: 'three' });
    ben.order('whisper', { to: `${room}/Anna`, body: 'psst' });
    await anna.event('message', { sender: `${room}/Ben`, body: 'psst' });

    anna.order('direct', { room, jid: 'cleo@localhost' });
    await cleo.event('invited', { room, by: 'anna@localhost' });
    const joined = await run(cleo, 'join', { room, nick: 'Cleo' });
    expect(joined).toMatchObject({ subject: 'dinner', occupants: ['Anna', 'Ben', 'Cleo'] });
    await cleo.event('said', { nick: 'Anna', body: 'one', delayed: true });

    const { texts } = await run(cleo, 'history', { of: room, page: 2 });
    expect((texts as string[]).filter((text) => text !== 'dinner')).toEqual(['one', 'two', 'three']);
    expect((await run(cleo, 'info', { of: room })).features).toEqual(
      expect.arrayContaining(['http://jabber.org/protocol/muc', 'muc_membersonly', 'muc_persistent', 'urn:xmpp:mam:2']),
    );
  });

  test('kicks, bans, lets back in, and destroys a room', async () => {
    const room = `court@${SERVICE}`;
    const [anna, ben] = [await login('anna'), await login('ben')];
    await run(anna, 'join', { room, nick: 'Anna' });
    const fields = { 'muc#roomconfig_membersonly': false, 'muc#roomconfig_publicroom': true };
    await run(anna, 'configure', { room, fields });
    expect((await run(ben, 'rooms', { service: SERVICE })).rooms).toContain(room);
    await run(ben, 'join', { room, nick: 'Ben' });

    expect(await refusal(ben, 'role', { room, nick: 'Anna', role: 'none' })).toBe('forbidden');
    await run(anna, 'role', { room, nick: 'Ben', role: 'none' });
    const kicked = await ben.event('occupant', { nick: 'Ben', gone: true });
    expect(kicked.codes).toEqual(expect.arrayContaining([110, 307]));
    await run(ben, 'join', { room, nick: 'Ben' });

    await run(anna, 'affiliate', { room, jid: 'ben@localhost', affiliation: 'outcast' });
    const banned = await ben.event('occupant', { nick: 'Ben', gone: true, affiliation: 'outcast' });
    expect(banned.codes).toEqual(expect.arrayContaining([110, 301]));
    expect(await refusal(ben, 'join', { room, nick: 'Ben' })).toBe('forbidden');
    expect(await run(anna, 'list', { room, affiliation: 'outcast' })).toMatchObject({ jids: ['ben@localhost'] });
    await run(anna, 'affiliate', { room, jid: 'ben@localhost', affiliation: 'none' });
    await run(ben, 'join', { room, nick: 'Benny' });
    await run(ben, 'leave', { room, nick: 'Benny' });
    await anna.event('occupant', { nick: 'Benny', gone: true });
    await run(ben, 'join', { room, nick: 'Ben' });

    expect(await refusal(ben, 'destroy', { room, reason: 'mine' })).toBe('forbidden');
    await run(anna, 'destroy', { room, reason: 'the play is over' });
    await ben.event('occupant', { nick: 'Ben', gone: true, affiliation: 'none', role: 'none' });
    expect((await run(ben, 'rooms', { service: SERVICE })).rooms).not.toContain(room);
    expect(await refusal(ben, 'info', { of: room })).toBe('item-not-found');
  });

  test('shows an avatar to friends in each of the forms, whichever it was given in', async () => {
    const [anna, ben] = [await login('anna'), await login('ben')];
    anna.order('subscribe', { jid: 'ben@localhost' });
    ben.order('subscribe', { jid: 'anna@localhost' });
    expect(await run(anna, 'avatar', { hex: PNG })).toMatchObject({ id: PNG_ID });
    await ben.event('avatar', { jid: 'anna@localhost', id: PNG_ID, type: 'image/png' });
    expect(await run(ben, 'getavatar', { jid: 'anna@localhost', id: PNG_ID })).toMatchObject({ hex: PNG });
    expect(await run(ben, 'getvcard', { jid: 'anna@localhost' })).toMatchObject({ photo: PNG });
    await ben.event('photo', { jid: 'anna@localhost', hash: PNG_ID });

    await run(ben, 'vcard', { name: 'Ben' });
    await run(ben, 'photo', { hex: PNG });
    await anna.event('avatar', { jid: 'ben@localhost', id: PNG_ID });
    expect(await run(anna, 'getavatar', { jid: 'ben@localhost', id: PNG_ID })).toMatchObject({ hex: PNG });
  });

  test('keeps a vCard and a nickname for others to see', async () => {
    const [ben, cleo] = [await login('ben'), await login('cleo')];
    await run(cleo, 'vcard', { name: 'Cleo of Egypt' });
    expect(await run(ben, 'getvcard', { jid: 'cleo@localhost' })).toMatchObject({ name: 'Cleo of Egypt' });
    await run(cleo, 'nick', { nick: 'Cleo' });
    // Her other client learns it as well.
    const phone = await login('cleo');
    await phone.event('nick', { jid: 'cleo@localhost', nick: 'Cleo' });
  });

  test.each(['xep_0049', 'xep_0223'])('finds a bookmark in every form that was kept by %s', async (method) => {
    const room = `${method.replace('_', '')}@${SERVICE}`;
    const cleo = await login('cleo');
    await run(cleo, 'bookmark', { room, method });
    const mark = [room, 'Me', true];
    expect((await run(cleo, 'natives')).rooms).toEqual([mark]);
    for (const other of ['xep_0049', 'xep_0223'])
      expect((await run(cleo, 'bookmarks', { method: other })).rooms, other).toEqual([mark]);
  });

  test('finds native bookmarks in the older forms', async () => {
    const room = `native@${SERVICE}`;
    const ben = await login('ben');
    await run(ben, 'native', { room });
    for (const method of ['xep_0049', 'xep_0223'])
      expect((await run(ben, 'bookmarks', { method })).rooms, method).toEqual([[room, 'Me', true]]);
  });
});
