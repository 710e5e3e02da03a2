import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BoxError, ERRORS } from '../../firmware/errors.ts';

describe('the table of errors', () => {
  it('and docs/errors.md name the same codes', () => {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^### `([a-z-]+)`$/gm)].map((match) => match[1]);
    expect(documented.toSorted()).toEqual(Object.keys(ERRORS).toSorted());
  });

  it('gives one line with the facts in it', () => {
    const error = new BoxError('port-unusable', { port: 80, name: 'http', reason: 'EACCES' });
    expect(error.message).toBe(
      'Port 80 of [listen] http cannot be opened (EACCES). Free it, or set another port (0: none).',
    );
    expect(Object.values(ERRORS).filter((sentence) => sentence.includes('\n'))).toEqual([]);
  });
});
