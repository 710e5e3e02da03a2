/**
 * A tor network of its own, wholly on this machine, of Debian's tor: directories that vote as often as tor lets them, and relays
 * (tor's manual, "Testing network options"). Six nodes are enough for an onion service and its visitors.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findProgram } from '../../firmware/child.ts';
import { reservedPorts } from '../kit/ports.ts';
import { Program } from './federation/program.ts';

const AUTHORITIES = 3;
const NODES = 6;
const LOOK_MS = 250;
/** Of keys made and votes counted on a busy machine. */
const AGREEMENT_MS = 60_000;
const NO_CONFIGURATION = ['-f', '/nowhere', '--ignore-missing-torrc', '--defaults-torrc', '/dev/null'];

/** For all who are in it, clients as well. */
const NETWORK = `
TestingTorNetwork 1
V3AuthNIntervalsValid 2
PathsNeededToBuildCircuits 0.67
TestingDirAuthVoteGuard *
TestingDirAuthVoteExit *
TestingDirAuthVoteHSDir *
TestingMinExitFlagThreshold 0
VanguardsLiteEnabled 0
AvoidDiskWrites 1
`;

const AUTHORITY = `
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
ContactInfo nobody@a.test
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 10
V3AuthVoteDelay 2
V3AuthDistDelay 2
`;

interface Node {
  name: string;
  folder: string;
  orPort: number;
  /** Of a directory; 0 for a relay. */
  dirPort: number;
}

export class TorNetwork {
  /** A folder with a program `tor` that is in this network and in no other: to be the first of the path. */
  readonly programs: string;
  readonly #folder: string;
  readonly #tor: string;
  /** What all who are in it are told. */
  readonly #common: string;
  readonly #running: Program[] = [];

  private constructor(folder: string, tor: string) {
    this.#folder = folder;
    this.#tor = tor;
    this.programs = join(folder, 'bin');
    this.#common = join(folder, 'network');
  }

  /** Resolves when its nodes agree on who they are. */
  static async create(): Promise<TorNetwork> {
    const tor = findProgram('tor', process.env.PATH ?? '');
    if (!tor) throw new Error('there is no tor');
    const network = new TorNetwork(mkdtempSync(join(tmpdir(), 'casp3r-tor-')), tor);
    try {
      await network.#start();
      return network;
    } catch (error) {
      const { log } = network;
      await network.end();
      throw new Error(`no tor network: ${error}\n${log.slice(-8000)}`);
    }
  }

  /** All that its nodes have said. */
  get log(): string {
    return this.#running.map(({ log }) => log).join('\n');
  }

  /** An onion address whose port leads to this place, `ADDRESS:PORT`. Resolves a little before others find it. */
  async publish(port: number, place: string): Promise<string> {
    const folder = join(this.#folder, `service of ${place}`);
    const data = [`DataDirectory "${folder}/state"`, 'SocksPort 0'];
    const service = [`HiddenServiceDir "${folder}/onion"`, `HiddenServicePort ${port} ${place}`];
    await this.#run(folder, [...data, ...service], 'Bootstrapped 100%');
    return readFileSync(join(folder, 'onion', 'hostname'), 'utf8').trim();
  }

  async end(): Promise<void> {
    // They have nothing to lose, and take their time when they are asked.
    await Promise.all(this.#running.splice(0).map((node) => node.crash()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const [firstDirPort = 0, ...ports] = await reservedPorts(NODES + AUTHORITIES);
    const dirPorts = [firstDirPort, ...ports.splice(0, AUTHORITIES - 1)];
    const nodes = ports.map((orPort, index) => {
      const name = `node${index}`;
      return { name, folder: join(this.#folder, name), orPort, dirPort: dirPorts[index] ?? 0 };
    });
    const directories = nodes.filter(({ dirPort }) => dirPort !== 0);
    const authorities = await Promise.all(directories.map((node) => this.#makeAuthority(node)));
    writeFileSync(this.#common, `${NETWORK}${authorities.join('\n')}\n`);
    this.#installProgram();
    await Promise.all(nodes.map((node) => this.#launch(node)));
    const deadline = AbortSignal.timeout(AGREEMENT_MS);
    while (!(await agreeOnAll(firstDirPort))) await setTimeout(LOOK_MS, undefined, { signal: deadline });
  }

  /** Makes its keys. Resolves with the line by which others know it. */
  async #makeAuthority({ name, folder, orPort, dirPort }: Node): Promise<string> {
    const keys = join(folder, 'keys');
    mkdirSync(keys, { recursive: true, mode: 0o700 });
    const certificate = join(keys, 'authority_certificate');
    const files = ['-i', join(keys, 'authority_identity_key'), '-s', join(keys, 'authority_signing_key')];
    const words = ['--create-identity-key', '--passphrase-fd', '0', '-m', '1', '-a', `127.0.0.1:${dirPort}`];
    await output('tor-gencert', [...words, ...files, '-c', certificate], 'nobody has to know\n');
    const identity = /^fingerprint (\w+)$/m.exec(readFileSync(certificate, 'utf8'))?.[1];
    const node = ['--ORPort', '1', '--DataDirectory', folder, '--Nickname', name];
    const told = await output(this.#tor, [...NO_CONFIGURATION, ...node, '--list-fingerprint']);
    const fingerprint = new RegExp(`^${name} ([0-9A-F ]+)$`, 'm').exec(told)?.[1]?.replaceAll(' ', '');
    return `DirAuthority ${name} orport=${orPort} no-v2 v3ident=${identity} 127.0.0.1:${dirPort} ${fingerprint}`;
  }

  #launch({ name, folder, orPort, dirPort }: Node): Promise<void> {
    const own = [
      `Nickname ${name}`,
      `DataDirectory ${folder}`,
      'Address 127.0.0.1',
      `ORPort 127.0.0.1:${orPort}`,
      'SocksPort 0',
      'ExitRelay 0',
      // Else a relay tells of itself only when others have helped it to find out whether it is reached.
      'AssumeReachable 1',
      ...(dirPort === 0 ? [] : [`DirPort 127.0.0.1:${dirPort}`, AUTHORITY]),
    ];
    return this.#run(folder, own, 'Bootstrapped 0%');
  }

  /** Resolves once it has said `ready`. */
  async #run(folder: string, configuration: readonly string[], ready: string): Promise<void> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, 'torrc');
    writeFileSync(file, ['Log notice stdout', ...configuration].join('\n'));
    this.#running.push(await Program.start(this.#tor, ['-f', file, '--defaults-torrc', this.#common], ready));
  }

  /** The box starts tor with `-f FILE --defaults-torrc /dev/null`: what the network asks of everyone comes in the place of the latter. */
  #installProgram(): void {
    mkdirSync(this.programs);
    const program = join(this.programs, 'tor');
    writeFileSync(program, `#!/bin/sh\nexec '${this.#tor}' -f "$2" --defaults-torrc '${this.#common}'\n`);
    chmodSync(program, 0o755);
  }
}

/** Whether the directories tell of all nodes. */
async function agreeOnAll(dirPort: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${dirPort}/tor/status-vote/current/consensus`);
  const nodes = (await answer.text()).match(/^r /gm) ?? [];
  return answer.ok && nodes.length === NODES;
}

async function output(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { stdio: 'pipe' });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program}: ${text}`);
  return text;
}
