import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { doap, xepFacts, xepTable } from '../../xmpp/facts.ts';

describe('what the server says it speaks', () => {
  it('is what stands in docs/xeps.md and doap.xml (npm run docs writes them)', () => {
    expect(readFileSync('docs/xeps.md', 'utf8')).toBe(xepTable());
    expect(readFileSync('doap.xml', 'utf8')).toBe(doap());
  });

  it('names each XEP in four digits, with a version', () => {
    for (const fact of xepFacts()) {
      expect(fact.number).toMatch(/^\d{4}$/);
      expect(fact.version).toMatch(/^\d+(\.\d+)*$/);
    }
  });
});
