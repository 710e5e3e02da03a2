import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { Managed } from '../kit/managed.ts';
import { smallDisk } from '../kit/small-disk.ts';
import { childOf, type Tree, textOf } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';
import { readArchive, stanzaId } from './archive.ts';

const DISK = '24m';
/** Left free when the messages begin. */
const ROOM_BYTES = 1_000_000;
const BODY = 'x'.repeat(20_000);
/** More than what was left when the first message was refused. */
const LARGE = 'y'.repeat(120_000);
const ENOUGH_REFUSED = 20;
const WINDOW = 5;
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

test('a full disk is told to the sender, costs nothing that was acknowledged, and is over as soon as there is room', async (context) => {
  const { home, data } = smallDisk(context, DISK);
  const box = await Box.start({ log: 'info', 'limits.stanzas_per_second': 0 }, home);
  onTestFinished(() => box.kill());
  const [anna, ben] = [await box.addAccount('anna'), await box.addAccount('ben')];
  const sender = await box.login(anna, 'home');
  const recipient = await box.login(ben, 'home');
  await comeOnline(recipient);
  const post = await Post.open(sender, recipient, ben.jid);

  // As long as there is room.
  await post.send(WINDOW);
  expect((await setVCard(sender, 'first')).attrs.get('type')).toBe('result');
  expect(post.refused.size).toBe(0);

  // Until there is none.
  const ballast = join(data, 'ballast');
  const { bavail, bsize } = statfsSync(data);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - ROOM_BYTES));
  while (post.refused.size < ENOUGH_REFUSED) await post.send(WINDOW);
  for (const error of post.refused.values()) {
    expect(error.attrs.get('type')).toBe('wait');
    expect(childOf(error, 'resource-constraint', NS_STANZAS)).toBeDefined();
  }

  // A request is refused as well, and what was there before still is.
  const answer = await setVCard(sender, LARGE);
  const refusal = childOf(answer, 'error');
  expect(refusal && childOf(refusal, 'resource-constraint', NS_STANZAS)).toBeDefined();
  expect(await note(sender)).toBe('first');

  // What needs no room works: streams that are up, new logins, leaving.
  await ping(sender);
  await ping(recipient);
  const visitor = await box.login(ben, 'visitor');
  await ping(visitor);
  await visitor.close();

  // The owner is told once, and it is no fault of the program.
  expect(box.log.match(/changes cannot be written/g)).toHaveLength(1);
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });

  // With room it goes on by itself.
  rmSync(ballast);
  const before = post.refused.size;
  await post.send(WINDOW);
  expect(post.refused.size).toBe(before);
  expect(box.log.match(/changes are written again/g)).toHaveLength(1);
  expect((await setVCard(sender, LARGE)).attrs.get('type')).toBe('result');

  // What was acknowledged is in both archives once, what was refused in neither; now and after a restart.
  await post.check();
  await sender.close();
  await recipient.close();
  await box.restart();
  const [senderAgain, recipientAgain] = [await box.login(anna, 'home'), await box.login(ben, 'home')];
  await post.check(senderAgain, recipientAgain);
  expect(await note(senderAgain)).toBe(LARGE);
  expect(await box.ask(['status'])).toMatchObject({ errors: 0 });
  await box.stop();
});

/** Numbered messages from one client to another, each of which is acknowledged and then either seen or refused. */
class Post {
  readonly accepted: string[] = [];
  /** The stanza error, by message id. */
  readonly refused = new Map<string, Tree>();
  readonly #seen = new Set<string>();
  readonly #sender: Wire;
  readonly #recipient: Wire;
  readonly #managed: Managed;
  readonly #to: string;
  #number = 0;

  private constructor(sender: Wire, recipient: Wire, managed: Managed, to: string) {
    this.#sender = sender;
    this.#recipient = recipient;
    this.#managed = managed;
    this.#to = to;
    sender.intercept((node) => {
      const error = node.name === 'message' && node.attrs.get('type') === 'error' ? childOf(node, 'error') : undefined;
      if (error) this.refused.set(node.attrs.get('id') ?? '', error);
      return error !== undefined;
    });
    recipient.intercept((node) => {
      const came = node.name === 'message' && stanzaId(node, to) !== undefined;
      if (came) this.#seen.add(node.attrs.get('id') ?? '');
      return came;
    });
  }

  static async open(sender: Wire, recipient: Wire, to: string): Promise<Post> {
    return new Post(sender, recipient, await Managed.enable(sender), to);
  }

  /** Resolves when all have been acknowledged and whatever became of them has arrived. */
  async send(count: number): Promise<void> {
    const ids = Array.from({ length: count }, () => {
      this.#number += 1;
      return `m${this.#number}`;
    });
    for (const id of ids) {
      this.#sender.write(`<message to='${this.#to}' type='chat' id='${id}'><body>${BODY}</body></message>`);
    }
    await this.#managed.request();
    // What was sent to either before its answer to this has come by then.
    await ping(this.#sender);
    await ping(this.#recipient);
    for (const id of ids) {
      expect([id, this.#seen.has(id)]).toEqual([id, !this.refused.has(id)]);
      if (!this.refused.has(id)) this.accepted.push(id);
    }
  }

  async check(sender = this.#sender, recipient = this.#recipient): Promise<void> {
    for (const wire of [sender, recipient]) {
      const archive = await readArchive(wire);
      expect(archive.map(({ messageId }) => messageId)).toEqual(this.accepted);
    }
  }
}

async function comeOnline(wire: Wire): Promise<void> {
  wire.write('<presence/>');
  await wire.element((node) => node.name === 'presence' && node.attrs.get('from') === wire.jid, 'the own presence');
}

async function ping(wire: Wire): Promise<void> {
  const answer = await wire.query("<iq type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>", 'ping');
  expect(answer.attrs.get('type')).toBe('result');
}

const setVCard = (wire: Wire, text: string) =>
  wire.query(`<iq type='set' id='set'><vCard xmlns='vcard-temp'><NOTE>${text}</NOTE></vCard></iq>`, 'set');

async function note(wire: Wire): Promise<string> {
  const answer = await wire.query("<iq type='get' id='get'><vCard xmlns='vcard-temp'/></iq>", 'get');
  const card = childOf(answer, 'vCard');
  return textOf(card && childOf(card, 'NOTE'));
}
