import { describe, expect, it } from 'vitest';
import { createLog, formatLine } from '../../firmware/log.ts';

describe('the log', () => {
  it('is one readable line an event, facts after the message', () => {
    const lines: string[] = [];
    const log = createLog('info', (line) => lines.push(line));
    log.child({ part: 'c2s' }).warn({ port: 5222, why: 'two words' }, 'listening');
    expect(lines[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warn {2}listening {2}part=c2s {2}port=5222 {2}why="two words"$/,
    );
  });

  it('keeps what a stranger sent within its line', () => {
    const line = formatLine({ level: 30, time: 0, msg: 'login\u001b[2J\nforged line', who: 'a\rb\u202eevil' });
    expect(line).not.toMatch(/\p{Cc}|\u202e/u);
    expect(line).toContain('login\\u001b[2J\\u000aforged line');
  });

  it('changes its level for children made earlier, and counts errors', () => {
    const lines: string[] = [];
    const log = createLog('warn', (line) => lines.push(line));
    const child = log.child({ part: 'x' });
    child.debug({}, 'unheard');
    log.setLevel('debug');
    child.debug({}, 'heard');
    child.error({ err: new Error('broken') }, 'failed');
    expect(lines.map((line) => line.slice(26).split('  ')[0])).toEqual(['heard', 'failed']);
    expect(lines[1]).toContain('err="Error: broken | at ');
    expect(log.errors).toBe(1);
  });
});
