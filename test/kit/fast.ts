/** A client of XEP-0388 and XEP-0484, as small as one can be: it logs in by the password or by a token, and asks for one. */
import { hashedToken, hashedTokenAnswer, plainResponse } from './sasl.ts';
import { childOf, elementsOf, show, type Tree, textOf } from './tree.ts';
import { Wire, type WireOptions } from './wire.ts';

const NS = 'urn:xmpp:sasl:2';
const NS_FAST = 'urn:xmpp:fast:0';

export type TokenMechanism = `HT-SHA-256-${'NONE' | 'EXPR' | 'ENDP'}`;

export interface Token {
  mechanism: TokenMechanism;
  secret: string;
  expiry: string;
}

export interface FastOptions extends WireOptions {
  local: string;
  /** Where it has a token, it comes with that. */
  password?: string;
  token?: Token;
  count?: number;
  /** The mechanism for which it asks for a token. */
  wants?: TokenMechanism;
  /** UUID of the installation. */
  agent: string;
}

const TYPES = { 'HT-SHA-256-EXPR': 'tls-exporter', 'HT-SHA-256-ENDP': 'tls-server-end-point' } as const;

/** Logs in and binds. @throws Error that names the failure's condition, or that the server did not prove itself. */
export async function fastLogin(options: FastOptions): Promise<{ wire: Wire; token: Token | undefined }> {
  const wire = await Wire.open(options);
  await wire.openStream();
  const success = await authenticate(wire, options);
  wire.jid = textOf(childOf(success, 'authorization-identifier', NS));
  const given = childOf(success, 'token', NS_FAST)?.attrs;
  const mechanism = options.wants ?? options.token?.mechanism;
  const [secret, expiry] = [given?.get('token'), given?.get('expiry')];
  return { wire, token: mechanism && secret && expiry ? { mechanism, secret, expiry } : undefined };
}

async function authenticate(wire: Wire, options: FastOptions): Promise<Tree> {
  const { local, password = '', token, count, wants, agent } = options;
  const type = token && token.mechanism !== 'HT-SHA-256-NONE' ? TYPES[token.mechanism] : undefined;
  const binding = type && wire.channelBinding(type);
  const response = token ? hashedToken(local, token.secret, binding) : plainResponse(local, password);
  const counted = count === undefined ? '' : ` count='${count}'`;
  wire.write(
    `<authenticate xmlns='${NS}' mechanism='${token?.mechanism ?? 'PLAIN'}'>` +
      `<initial-response>${response}</initial-response><user-agent id='${agent}'/>` +
      (token ? `<fast xmlns='${NS_FAST}'${counted}/>` : '') +
      (wants ? `<request-token xmlns='${NS_FAST}' mechanism='${wants}'/>` : '') +
      `<bind xmlns='urn:xmpp:bind:0'/></authenticate>`,
  );
  const outcome = await wire.element((node) => node.ns === NS, 'the outcome of the login');
  if (outcome.name !== 'success') throw new Error(elementsOf(outcome)[0]?.name ?? show(outcome));
  const answer = textOf(childOf(outcome, 'additional-data', NS));
  if (token && answer !== hashedTokenAnswer(token.secret, binding)) throw new Error('the server did not prove itself');
  await wire.element((node) => node.name === 'features', 'stream features');
  return outcome;
}
