/** Profanity, as a person uses it. */
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { hasProfanity, login, Terminal } from './profanity.ts';

describe.runIf(hasProfanity())('Profanity', () => {
  let box: Box;
  const terminals: Terminal[] = [];

  beforeAll(async () => {
    box = await Box.start({ 'server.domain': 'localhost', 'listen.allow_plain_loopback': false });
    await box.addAccount('romeo');
    await box.addAccount('juliet');
  });
  afterAll(() => box.dispose());
  afterEach(() => {
    for (const terminal of terminals.splice(0)) terminal.close();
  });

  async function online(local: string, policy: 'force' | 'legacy'): Promise<Terminal> {
    const terminal = new Terminal();
    terminals.push(terminal);
    await login(terminal, box, local, policy);
    return terminal;
  }

  test('trusts the box, logs in over STARTTLS and direct TLS, chats both ways and gets what came while it was away', async () => {
    const romeo = await online('romeo', 'force');
    romeo.type('/msg juliet@localhost are you awake?');
    await romeo.shows(/are you awake/);

    const juliet = await online('juliet', 'legacy');
    await juliet.shows(/romeo@localhost/);
    juliet.type('/msg romeo@localhost I am now');
    await romeo.shows(/I am now/);
    await juliet.shows(/are you awake/);
    romeo.type('good night then');
    await juliet.shows(/good night then/);
  });

  test('makes a room, accepts it as it is, and whoever lives on the box comes in', async () => {
    const room = 'den@rooms.localhost';
    const romeo = await online('romeo', 'force');
    romeo.type(`/join ${room} nick Romeo`);
    await romeo.shows(/Room is locked|\/room accept/i);
    romeo.type('/room accept');
    await romeo.shows(/unlocked/i);
    romeo.type('is anybody here?');
    await romeo.shows(/Romeo: is anybody here|is anybody here\?/);

    const juliet = await online('juliet', 'force');
    juliet.type(`/join ${room} nick Juliet`);
    await juliet.shows(/is anybody here\?/);
    juliet.type('I am');
    await romeo.shows(/Juliet: I am/);
    romeo.type('/subject set Verona');
    await juliet.shows(/Verona/);
  });
});
