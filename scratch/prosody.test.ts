import { readdirSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { test } from 'vitest';
import { parseScript } from '../test/kit/talk/script.ts';
import { Stage } from '../test/kit/talk/stage.ts';
const F = new URL('../test/talk/', import.meta.url).pathname;
const only = process.env['ONLY'];
for (const name of readdirSync(F).filter((n) => n.endsWith('.talk') && (!only || new RegExp(only).test(n)))) {
  const script = parseScript(readFileSync(F + name, 'utf8'));
  if (script.needsOwnBox) continue;
  test(name, async () => {
    const box = { domain: 'talk.test', log: '', reach: (security: string) => ({ domain: 'talk.test', port: 15222, security }),
      addAccount: async (local: string, password: string) => { execFileSync('prosodyctl', ['--config', '/tmp/pros/cfg.lua', 'register', local, 'talk.test', password], {stdio:'pipe'}); } };
    const stage = new Stage(box as never, script, '-' + Date.now().toString(36));
    try { await stage.play(name); } finally { await stage.clear(); }
  }, 30000);
}
