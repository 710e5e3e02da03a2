/** Slixmpp, from registration to resumption. */
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Relay } from '../kit/relay.ts';
import { household } from './household.ts';
import { needs, type Peer } from './peer.ts';

// Debian's own Python: one of another making does not see Debian's packages.
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('slixmpp_peer.py', import.meta.url));

const present = needs(PYTHON, ['-c', 'import slixmpp'], 'apt-get install python3-slixmpp');

describe.runIf(present)('slixmpp', () => {
  const house = household('owner');

  function connect(local: string, facts: Record<string, unknown> = {}): Peer {
    // For HTTP, where there is no other way to say what to trust.
    const peer = house.launch(PYTHON, [SCRIPT], { SSL_CERT_FILE: house.box.certificateFile });
    const jid = `${local}@localhost`;
    const common = { jid, password: `secret of ${local}`, port: house.box.ports.c2s, ca: house.box.certificateFile };
    peer.order('connect', { ...common, ...facts });
    return peer;
  }

  test('registers by invitation over STARTTLS, once, and is logged in by SCRAM', async () => {
    const { uri } = await house.box.invite();
    const preauth = /preauth=([^;]+)/.exec(uri)?.[1];
    const romeo = connect('romeo', { preauth });
    await romeo.event('registered');
    await romeo.event('online', { mechanism: 'SCRAM-SHA-256' });
    const late = connect('tybalt', { preauth });
    await late.event('refused', { condition: 'item-not-found' });
  });

  test.each(['SCRAM-SHA-1', 'SCRAM-SHA-256', 'PLAIN'])('logs in by %s over direct TLS', async (mechanism) => {
    const local = `user-${mechanism.toLowerCase()}`;
    await house.box.addAccount(local);
    const peer = connect(local, { tls: true, port: house.box.ports.c2sTls, mechanism });
    await peer.event('online', { mechanism });
  });

  test('logs in and chats over the https port, which it tells by no ALPN that it speaks XMPP', async () => {
    await house.box.addAccount('paris');
    await house.box.addAccount('rosaline');
    const paris = connect('paris', { tls: true, port: house.box.ports.https });
    await paris.event('online', { mechanism: 'SCRAM-SHA-256' });
    const rosaline = connect('rosaline');
    await rosaline.event('online');
    rosaline.order('say', { to: 'paris@localhost', body: 'one door for all' });
    await paris.event('message', { body: 'one door for all' });
  });

  test('logs in at a server that was added a moment ago, and at a fallback of it, whose names the certificate has', async () => {
    await house.box.command('server add', { domain: 'club.example', mode: 'open' });
    await house.box.command('server fallback add', { domain: 'club.example', fallback: 'münchen.example' });
    const password = 'secret of the club';
    for (const local of ['tybalt', 'petruchio'])
      await house.box.command('user add', { address: `${local}@club.example`, password, role: 'member' });
    const tybalt = connect('tybalt', { jid: 'tybalt@club.example', password });
    await tybalt.event('online');
    const petruchio = connect('petruchio', {
      jid: 'petruchio@münchen.example',
      password,
      tls: true,
      port: house.box.ports.c2sTls,
    });
    await petruchio.event('online');
    petruchio.order('say', { to: 'tybalt@club.example', body: 'Here comes Romeo' });
    await tybalt.event('message', { body: 'Here comes Romeo', sender: 'petruchio@münchen.example' });
  });

  test('is refused with a wrong password', async () => {
    await house.box.addAccount('mercutio');
    await connect('mercutio', { password: 'wrong' }).event('refused');
  });

  test('chats both ways, sees carbons, gets what came while it was away, and finds its history', async () => {
    await house.box.addAccount('alice');
    await house.box.addAccount('bob');
    const alice = connect('alice');
    await alice.event('online');
    alice.order('say', { to: 'bob@localhost', body: 'are you there?' });
    alice.order('ping', { to: 'localhost' });
    await alice.event('done');

    const bob = connect('bob', { tls: true, port: house.box.ports.c2sTls });
    await bob.event('message', { body: 'are you there?', delayed: true, sender: 'alice@localhost' });

    const phone = connect('alice', { jid: 'alice@localhost/phone' });
    await phone.event('online');
    phone.order('carbons');
    await phone.event('done');
    bob.order('say', { to: 'alice@localhost', body: 'now I am' });
    await alice.event('message', { body: 'now I am' });
    await phone.event('message', { body: 'now I am' });
    alice.order('say', { to: 'bob@localhost', body: 'good' });
    await bob.event('message', { body: 'good', delayed: false });
    await phone.event('carbon', { side: 'sent', body: 'good' });

    phone.order('history', { with: 'bob@localhost' });
    expect(await phone.event('history')).toMatchObject({ bodies: ['are you there?', 'now I am', 'good'] });
  });

  test('uploads a file over https, trusting just the certificate of the box, and others get it as it was', async () => {
    await house.box.addAccount('capulet');
    const capulet = connect('capulet');
    await capulet.event('online');
    const [text, times] = ['Come hither, nurse. ', 50_000];
    capulet.order('upload', { name: 'letter.txt', type: 'text/plain', text, times });
    const { url } = await capulet.event('uploaded');
    expect(String(url)).toMatch(/^https:\/\/localhost:\d+\/upload\/[\w-]{32}\/letter\.txt$/);
    const got = await download(String(url), house.box.certificateFile);
    expect(got).toBe(text.repeat(times));
  });

  test('hands bytes on through the SOCKS5 proxy', async () => {
    await house.box.addAccount('benvolio');
    await house.box.addAccount('montague');
    const [one, other] = [connect('benvolio'), connect('montague')];
    await one.event('online');
    const { jid } = await other.event('online');
    one.order('bytestream', { to: jid, text: 'Part, fools!' });
    await other.event('bytes', { text: 'Part, fools!' });
  });

  test('goes on after its connection was cut: nothing is lost and nothing comes twice', async () => {
    await house.box.addAccount('juliet');
    await house.box.addAccount('nurse');
    const relay = await Relay.to(house.box.ports.c2s);
    try {
      const juliet = connect('juliet', { port: relay.port });
      await juliet.event('online');
      const nurse = connect('nurse');
      await nurse.event('online');
      nurse.order('say', { to: 'juliet@localhost', body: 'before' });
      await juliet.event('message', { body: 'before' });

      relay.cut();
      await juliet.event('disconnected');
      nurse.order('say', { to: 'juliet@localhost', body: 'between' });
      nurse.order('ping', { to: 'localhost' });
      await nurse.event('done');
      juliet.order('reconnect');
      await juliet.event('resumed');
      await juliet.event('message', { body: 'between' });

      juliet.order('say', { to: 'nurse@localhost', body: 'after' });
      await nurse.event('message', { body: 'after' });
      juliet.order('history', { with: 'nurse@localhost' });
      expect(await juliet.event('history')).toMatchObject({ bodies: ['before', 'between', 'after'] });
      expect(juliet.told('message')).toEqual([]);
    } finally {
      await relay.stop();
    }
  });
});

function download(url: string, certificateFile: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { ca: readFileSync(certificateFile), agent: false, family: 4 };
    get(url, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
