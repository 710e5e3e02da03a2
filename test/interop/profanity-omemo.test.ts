/** Two Profanity with OMEMO (XEP-0384): what they say to each other is theirs, and the box keeps what it cannot read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Box } from '../kit/box.ts';
import { hasProfanity, login, Terminal } from './profanity.ts';

const ROOM = 'balcony@rooms.localhost';

describe.runIf(hasProfanity())('OMEMO between two Profanity', () => {
  let box: Box;
  let romeo: Terminal;
  let juliet: Terminal;

  beforeAll(async () => {
    box = await Box.start({ 'server.domain': 'localhost', 'listen.allow_plain_loopback': false });
    for (const local of ['romeo', 'juliet']) await box.addAccount(local);
    romeo = new Terminal();
    juliet = new Terminal();
    await Promise.all([login(romeo, box, 'romeo', 'force'), login(juliet, box, 'juliet', 'force')]);
    for (const terminal of [romeo, juliet]) {
      terminal.type('/omemo gen');
      await terminal.shows(/materials generated/);
      terminal.type('/omemo trustmode blind');
      await terminal.shows(/trust ?mode.*blind/i);
    }
  });
  afterAll(async () => {
    romeo?.close();
    juliet?.close();
    await box?.dispose();
  });

  test('in a private chat', async () => {
    romeo.type('/msg juliet@localhost in the clear: who is there');
    await juliet.shows(/romeo@localhost/);
    juliet.type('/msg romeo@localhost');
    await juliet.shows(/in the clear: who is there/);
    for (const terminal of [romeo, juliet]) {
      terminal.type('/omemo start');
      await terminal.shows(/\[OMEMO\]/);
    }
    romeo.type('what light breaks');
    await juliet.shows(/what light breaks/);
    juliet.type('deny thy father');
    await romeo.shows(/deny thy father/);

    const kept = await whatTheBoxKeeps();
    expect(kept).toContain('in the clear: who is there');
    expect(kept).not.toContain('what light breaks');
    expect(kept).not.toContain('deny thy father');
    expect(payloads(kept)).toBeGreaterThanOrEqual(4);
  });

  test('in a room', async () => {
    const before = payloads(await whatTheBoxKeeps());
    romeo.type(`/join ${ROOM}`);
    await romeo.shows(/room (is )?locked/i);
    romeo.type('/room accept');
    await romeo.shows(/room unlocked/i);
    romeo.type('/affiliation set member juliet@localhost');
    romeo.type('/affiliation list member');
    await romeo.shows(/juliet@localhost/);
    juliet.type(`/join ${ROOM}`);
    await juliet.shows(/joined the room as juliet/);
    // Among the participants, at the right of the screen.
    await romeo.shows(/ {4}juliet *$/m);
    for (const terminal of [romeo, juliet]) {
      terminal.type('/omemo start');
      await terminal.shows(/\[OMEMO\]/);
    }
    romeo.type('it is the lark');
    await juliet.shows(/it is the lark/);
    juliet.type('it was the nightingale');
    await romeo.shows(/it was the nightingale/);

    const kept = await whatTheBoxKeeps();
    expect(kept).not.toContain('it is the lark');
    expect(kept).not.toContain('it was the nightingale');
    expect(payloads(kept)).toBeGreaterThanOrEqual(before + 2);
  });

  /** Every byte on its disk. */
  async function whatTheBoxKeeps(): Promise<string> {
    const files = readdirSync(box.dataFolder, { recursive: true, withFileTypes: true });
    return files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
      .join('\n');
  }
});

/** Encrypted messages, each as often as it is written down. */
const payloads = (kept: string) => kept.split('<payload').length - 1;
