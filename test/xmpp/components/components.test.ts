import { describe, expect, it } from 'vitest';
import { COMMAND_LINE } from '../../../xmpp/access/acts.ts';
import { RuleBook } from '../../../xmpp/access/rules/rule-book.ts';
import type { Host } from '../../../xmpp/extension.ts';
import { childOf, elementsOf, type Tree, textOf } from '../../kit/tree.ts';
import type { Wire } from '../../kit/wire.ts';
import { conditionOf, ECHO, IRC, open, shakeHands, startRig, streamError } from './rig.ts';

const JULIET = 'juliet@home.test';

const stanza = (wire: Wire, name: string) => wire.element((node) => node.name === name, `a ${name}`);
const bodyOf = (message: Tree) => textOf(childOf(message, 'body', message.ns));
const errorOf = (answer: Tree) => {
  const error = childOf(answer, 'error', answer.ns);
  return error && `${error.attrs.get('type')} ${conditionOf(error)}`;
};
const say = (wire: Wire, to: string, body: string, from = '') =>
  wire.write(`<message type='chat' to='${to}'${from && ` from='${from}'`}><body>${body}</body></message>`);

describe('the handshake', () => {
  it('lets in who knows the secret, also one whose secret needs escaping', async () => {
    const { component, server } = await startRig();
    await component(IRC);
    await component(ECHO);
    expect(server.components.states.filter(({ connected }) => connected).map(({ domain }) => domain)).toEqual([
      IRC,
      ECHO,
    ]);
  });

  it('refuses a wrong secret, and after ten of them the right one, for a while', async () => {
    const { connect, component, clock } = await startRig();
    for (let count = 0; count < 10; count += 1) {
      const wire = await connect();
      shakeHands(wire, await open(wire, IRC), 'a guess');
      expect(await streamError(wire)).toBe('not-authorized');
    }
    await expect(component(IRC)).rejects.toThrow(/in vain/);
    await component(ECHO);
    clock.pass(10_000);
    await component(IRC);
  });

  it.each([
    ['a domain that is no component', 'nowhere.test', 'host-unknown'],
    ['a domain of the box', 'home.test', 'host-unknown'],
    ['a service of the box, even where it is configured', 'rooms.home.test', 'conflict'],
    ['no domain', '', 'improper-addressing'],
  ])('is not reached with %s', async (_, domain, condition) => {
    const { connect } = await startRig();
    const wire = await connect();
    await open(wire, domain);
    expect(await streamError(wire)).toBe(condition);
  });

  it('is not reached in the namespace of clients', async () => {
    const { connect } = await startRig();
    const wire = await connect();
    await open(wire, IRC, 'jabber:client');
    expect(await streamError(wire)).toBe('invalid-namespace');
  });

  it('has to come before anything else, soon, and in few bytes', async () => {
    const { connect, clock } = await startRig();
    const [early, late, long] = [await connect(), await connect(), await connect()];
    for (const wire of [early, late, long]) await open(wire, IRC);
    say(early, JULIET, 'hello', IRC);
    expect(await streamError(early)).toBe('not-authorized');
    long.write(`<handshake>${'a'.repeat(11_000)}`);
    expect(await streamError(long)).toBe('policy-violation');
    clock.pass(10_000);
    expect(await streamError(late)).toBe('connection-timeout');
  });
});

it('is reached by whom the owner lets use what is beside the server', async () => {
  const { component, member, server } = await startRig();
  const irc = await component(IRC);
  const juliet = await member();
  const [host] = server.hosts;
  const rule = { subject: `account:${JULIET}`, action: 'use-service', decision: 'deny' } as const;
  const { id } = await new RuleBook(host as Host).add(rule, COMMAND_LINE);
  say(juliet, `somebody@${IRC}`, 'one');
  expect(errorOf(await stanza(juliet, 'message'))).toBe('auth forbidden');
  juliet.write(`<iq type='get' id='i' to='${IRC}'><query xmlns='jabber:iq:register'/></iq>`);
  expect(errorOf(await stanza(juliet, 'iq'))).toBe('auth forbidden');
  await new RuleBook(host as Host).remove(id, COMMAND_LINE);
  say(juliet, `somebody@${IRC}`, 'two');
  expect(bodyOf(await stanza(irc, 'message'))).toBe('two');
});

describe('a second connection of a component', () => {
  it('is a conflict while the first answers', async () => {
    const { component, connect } = await startRig();
    const first = await component();
    const second = await connect();
    shakeHands(second, await open(second, IRC), 'the secret of irc');
    const ping = await stanza(first, 'iq');
    first.write(`<iq type='result' id='${ping.attrs.get('id')}' from='${IRC}' to='${ping.attrs.get('from')}'/>`);
    expect(await streamError(second)).toBe('conflict');
  });

  it('takes the place of one that is silent', async () => {
    const { component, connect, member, clock } = await startRig();
    const first = await component();
    const second = await connect();
    shakeHands(second, await open(second, IRC), 'the secret of irc');
    await stanza(first, 'iq');
    clock.pass(5_000);
    expect(await streamError(first)).toBe('connection-timeout');
    await stanza(second, 'handshake');
    const juliet = await member();
    say(juliet, IRC, 'still there?');
    expect(bodyOf(await stanza(second, 'message'))).toBe('still there?');
  });
});

describe('stanzas', () => {
  it('go both ways, in the namespace of each side', async () => {
    const { component, member } = await startRig();
    const [irc, juliet] = [await component(), await member()];
    say(juliet, `nick@${IRC}/x`, 'to');
    const there = await stanza(irc, 'message');
    expect([there.ns, bodyOf(there)]).toEqual(['jabber:component:accept', 'to']);
    expect([there.attrs.get('from'), there.attrs.get('to')]).toEqual([`${JULIET}/home`, `nick@${IRC}/x`]);
    say(irc, JULIET, 'fro', `nick@${IRC}/x`);
    const back = await stanza(juliet, 'message');
    expect([back.ns, bodyOf(back)]).toEqual(['jabber:client', 'fro']);
    expect(back.attrs.get('from')).toBe(`nick@${IRC}/x`);
  });

  it('reach a component from another one', async () => {
    const { component } = await startRig();
    const [irc, echo] = [await component(IRC), await component(ECHO)];
    say(irc, `a@${ECHO}`, 'across', `b@${IRC}`);
    expect(bodyOf(await stanza(echo, 'message'))).toBe('across');
  });

  it('ask and are answered: IQs of either side, also to the server', async () => {
    const { component, member } = await startRig();
    const [irc, juliet] = [await component(), await member()];
    juliet.write(`<iq type='get' id='1' to='${IRC}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`);
    const asked = await stanza(irc, 'iq');
    expect(asked.attrs.get('from')).toBe(`${JULIET}/home`);
    irc.write(
      `<iq type='result' id='1' from='${IRC}' to='${JULIET}/home'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    expect((await stanza(juliet, 'iq')).attrs.get('type')).toBe('result');
    irc.write(`<iq type='get' id='2' from='x@${IRC}' to='home.test'><ping xmlns='urn:xmpp:ping'/></iq>`);
    const answer = await stanza(irc, 'iq');
    expect([answer.attrs.get('type'), answer.attrs.get('to')]).toEqual(['result', `x@${IRC}`]);
  });

  it('keep their order to one recipient', async () => {
    const { component, member } = await startRig();
    const [irc, juliet] = [await component(), await member()];
    const bodies = Array.from({ length: 300 }, (_, index) => String(index));
    for (const body of bodies) say(irc, JULIET, body, `nick@${IRC}`);
    const got: string[] = [];
    for (const _ of bodies) got.push(bodyOf(await stanza(juliet, 'message')));
    expect(got).toEqual(bodies);
  });

  it.each([
    ['from a member', `from='${JULIET}' to='${JULIET}'`, 'invalid-from'],
    ['from another component', `from='x@${ECHO}' to='${JULIET}'`, 'invalid-from'],
    ['from a domain below its own', `from='x@sub.${IRC}' to='${JULIET}'`, 'invalid-from'],
    ['from nobody', `to='${JULIET}'`, 'improper-addressing'],
    ['to nobody', `from='x@${IRC}'`, 'improper-addressing'],
  ])('%s end the stream', async (_, addresses, condition) => {
    const { component } = await startRig();
    const irc = await component();
    irc.write(`<message ${addresses}><body>x</body></message>`);
    expect(await streamError(irc)).toBe(condition);
  });

  it('to what is no address cost themselves only', async () => {
    const { component } = await startRig();
    const irc = await component();
    say(irc, 'a@@b', 'hello', `x@${IRC}`);
    expect(errorOf(await stanza(irc, 'message'))).toBe('modify jid-malformed');
  });

  it('of another name or namespace end the stream', async () => {
    const { component } = await startRig();
    const [one, other] = [await component(IRC), await component(ECHO)];
    one.write(`<message xmlns='jabber:server' from='${IRC}' to='${JULIET}'/>`);
    expect(await streamError(one)).toBe('unsupported-stanza-type');
    other.write('<handshake/>');
    expect(await streamError(other)).toBe('unsupported-stanza-type');
  });
});

describe('a component that is away', () => {
  it('is told to who writes to it, as something that passes', async () => {
    const { member } = await startRig();
    const juliet = await member();
    say(juliet, `nick@${IRC}`, 'hello?');
    expect(errorOf(await stanza(juliet, 'message'))).toBe('wait remote-server-timeout');
  });

  it('finds what came while it was started anew', async () => {
    const { component, member, server } = await startRig();
    const [irc, juliet] = [await component(), await member()];
    irc.write('</stream:stream>');
    await irc.gone();
    expect(server.components.states.find(({ domain }) => domain === IRC)).toMatchObject({ connected: false });
    say(juliet, `nick@${IRC}`, 'one');
    say(juliet, `nick@${IRC}`, 'two');
    const again = await component();
    expect([bodyOf(await stanza(again, 'message')), bodyOf(await stanza(again, 'message'))]).toEqual(['one', 'two']);
  });

  it('gives back what waited for it when it does not return', async () => {
    const { component, member, clock } = await startRig();
    const [irc, juliet] = [await component(), await member()];
    irc.cut();
    await irc.gone();
    juliet.write(`<iq type='get' id='here' to='home.test'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stanza(juliet, 'iq');
    say(juliet, `nick@${IRC}`, 'hello?');
    juliet.write(`<iq type='get' id='done' to='home.test'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await stanza(juliet, 'iq');
    clock.pass(15_000);
    expect(errorOf(await stanza(juliet, 'message'))).toBe('wait remote-server-timeout');
  });

  it('is among the items of its host while it is connected', async () => {
    const { component, member } = await startRig();
    const juliet = await member();
    const items = async (id: string) => {
      juliet.write(
        `<iq type='get' id='${id}' to='home.test'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
      );
      const [query] = elementsOf(await stanza(juliet, 'iq'));
      return query ? elementsOf(query).map(({ attrs }) => attrs.get('jid')) : [];
    };
    expect(await items('1')).not.toContain(IRC);
    await component(IRC);
    await component(ECHO);
    const now = await items('2');
    expect(now).toContain(IRC);
    expect(now).not.toContain(ECHO);
  });
});

it('is told that the server goes down', async () => {
  const { component, server } = await startRig();
  const irc = await component();
  const gone = streamError(irc);
  await server.stop();
  expect(await gone).toBe('system-shutdown');
});
