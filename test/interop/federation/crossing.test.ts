/** What members of our box and of other servers do with each other. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Box } from '../../kit/box.ts';
import { childOf, textOf } from '../../kit/tree.ts';
import type { Wire } from '../../kit/wire.ts';
import { hasEjabberd, startEjabberd } from './ejabberd.ts';
import { Internet } from './internet.ts';
import { startBox } from './our-box.ts';
import { hasProsody, startProsody } from './prosody.ts';
import type { ForeignServer } from './server.ts';

const servers = [
  { name: 'Prosody', start: startProsody, present: hasProsody, address: '127.0.0.2', domain: 'prosody.test' },
  { name: 'ejabberd', start: startEjabberd, present: hasEjabberd, address: '127.0.0.3', domain: 'ejabberd.test' },
];

describe.each(servers.filter(({ present }) => present))('$name', ({ start, address, domain }) => {
  let internet: Internet;
  let box: Box;
  let other: ForeignServer;
  let alice: Wire;
  let romeo: Wire;

  beforeAll(async () => {
    internet = await Internet.create();
    [other, box] = await Promise.all([
      start(internet, { domain, address, accounts: ['romeo', 'juliet'] }),
      startBox(internet),
    ]);
    alice = await box.login(await box.addAccount('alice'), 'ours');
    romeo = await other.login('romeo', 'theirs');
  });
  afterAll(() => internet.end());
  beforeEach(({ onTestFailed }) =>
    onTestFailed(() => console.error(`${other.log.slice(-6000)}\n${box.log.slice(-6000)}`)),
  );

  test('chat goes both ways', async () => {
    alice.write(`<message to='romeo@${domain}/theirs' type='chat' id='m1'><body>Hello</body></message>`);
    const there = await romeo.element(({ name }) => name === 'message', 'a message');
    expect(there.attrs.get('from')).toBe('alice@box.test/ours');
    expect(textOf(childOf(there, 'body'))).toBe('Hello');
    romeo.write(`<message to='alice@box.test/ours' type='chat' id='m2'><body>And to you</body></message>`);
    const here = await alice.element(({ name }) => name === 'message', 'a message');
    expect(here.attrs.get('from')).toBe(`romeo@${domain}/theirs`);
    expect(textOf(childOf(here, 'body'))).toBe('And to you');
  });
});
