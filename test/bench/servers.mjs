// The servers that are measured, each as a process with a fresh folder on a free loopback port.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DOMAIN = 'bench.test';
/** Linux counts a process's time in hundredths of a second. */
const TICK_MS = 10;
export const passwordOf = (local) => `secret of ${local}`;

const PROGRAM = fileURLToPath(new URL('../../dist/firmware/cli/main.js', import.meta.url));

export async function startCasp3r(members) {
  const folder = mkdtempSync(join(tmpdir(), 'casp3r-bench-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const config = join(folder, 'casp3r.toml');
  writeFileSync(
    config,
    `data = "${join(folder, 'data')}"
log = "warn"
[server]
domain = "${DOMAIN}"
[listen]
address = "127.0.0.1"
c2s = ${port}
c2s_tls = ${tlsPort}
s2s = 0
s2s_tls = 0
http = 0
https = 0
allow_plain_loopback = true
[limits]
stanzas_per_second = 0
streams_per_address = 0
[panel]
display = "none"
[federation]
enabled = false
`,
  );
  const server = await run('casp3r', process.execPath, [PROGRAM, 'run', '--config', config], folder, port);
  for (const local of members) {
    const added = spawnSync(
      process.execPath,
      [PROGRAM, 'user', 'add', `${local}@${DOMAIN}`, '--password', '-', '--config', config],
      { input: `${passwordOf(local)}\n` },
    );
    if (added.status !== 0) throw new Error(String(added.stderr));
  }
  return { ...server, tlsPort };
}

/** Debian's Prosody with its archive in plain files, which it does not sync: it promises less. Undefined where it is not installed. */
export async function startProsody(members) {
  if (spawnSync('which', ['prosody']).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'prosody-bench-'));
  const port = await freePort();
  const config = join(folder, 'prosody.cfg.lua');
  writeFileSync(
    config,
    `run_as_root = true
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}"
log = { warn = "${folder}/prosody.log" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
modules_enabled = { "roster", "saslauth", "disco", "ping", "mam", "carbons", "smacks" }
modules_disabled = { "s2s", "tls" }
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
authentication = "internal_hashed"
storage = "internal"
VirtualHost "${DOMAIN}"
`,
  );
  for (const local of members) {
    const password = `${passwordOf(local)}\n`;
    spawnSync('prosodyctl', ['--root', '--config', config, 'adduser', `${local}@${DOMAIN}`], {
      input: password.repeat(2),
    });
  }
  return run('prosody', 'prosody', ['--root', '-F', '--config', config], folder, port);
}

async function run(name, program, args, folder, port) {
  const child = spawn(program, args, { cwd: folder, stdio: 'ignore' });
  const gone = once(child, 'close');
  await reachable(port);
  return {
    name,
    port,
    memoryBytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
    /** Of all its threads, since its start. */
    cpuMs() {
      const [, , , , , , , , , , , user, system] = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .split(') ')[1]
        .split(' ');
      return (Number(user) + Number(system)) * TICK_MS;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function reachable(port) {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const up = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server did not come up');
}
