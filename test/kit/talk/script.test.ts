import { describe, expect, test } from 'vitest';
import { parseScript } from './script.ts';

describe('a script', () => {
  test('has a header and steps that know their lines', () => {
    const script = parseScript(
      [
        '# comment',
        'with alice, bob',
        'without carol',
        'set limits.stanza_bytes = 20000',
        '',
        'alice on phone connects over tls',
        'bob receives in any order:',
        '  <a>',
        '  # a comment here too',
        '    <b/></a>',
      ].join('\n'),
    );
    expect(script).toMatchObject({
      accounts: ['alice', 'bob'],
      strangers: ['carol'],
      settings: { 'limits.stanza_bytes': 20000 },
      needsOwnBox: true,
    });
    expect(script.steps).toMatchObject([
      { line: 6, action: { do: 'connect', who: { name: 'alice', on: 'phone' }, over: 'tls' } },
      { line: 7, action: { do: 'receive', text: '<a><b/></a>', anyOrder: true } },
    ]);
  });

  test.each([
    ['alice connects', /line 1: who is alice/],
    ['with alice\nalice dances', /line 2: no sentence/],
    ['with alice\nalice sends:', /line 2: .*colon/],
    ['with alice\nalice connects\n  <a/>', /line 2: .*colon/],
    ['with alice\nalice connects\nwith bob', /line 3: .*before the first step/],
    ['  <a/>', /line 1: .*no sentence/],
  ])('that is wrong says where: %j', (text, message) => {
    expect(() => parseScript(text)).toThrow(message);
  });
});
