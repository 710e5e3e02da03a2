/** Our box on the small Internet. */
import { Box, type Settings } from './box.ts';
import type { Internet } from './internet.ts';
import { freePorts } from './ports.ts';

export interface BoxOptions {
  domain?: string;
  fallbacks?: readonly string[];
  settings?: Settings;
  /** How other servers come in. Default: STARTTLS. */
  ways?: 'starttls' | 'tls' | 'both';
  certificate?: { certificate: string; key: string };
}

const SERVICES = ['rooms', 'pubsub', 'upload', 'proxy'];

/** Everyone may write to its members, so that what is held back elsewhere for reasons of its own is not in the way here. */
export async function startBox(internet: Internet, options: BoxOptions = {}): Promise<Box> {
  const { domain = 'box.test', fallbacks = [], ways = 'starttls' } = options;
  const [s2s = 0, s2sTls = 0] = await freePorts(2);
  const place = { s2s: ways === 'tls' ? 0 : s2s, s2sTls: ways === 'starttls' ? 0 : s2sTls };
  const domains = [domain, ...fallbacks].flatMap((name) => [name, ...SERVICES.map((service) => `${service}.${name}`)]);
  internet.announce({ domains, address: '127.0.0.1', ...place });
  const { certificate, key } = options.certificate ?? (await internet.certificate(domains));
  const box = await Box.start({
    log: 'info',
    'server.domain': domain,
    'server.fallbacks': [...fallbacks],
    'access.mode': 'open',
    'listen.s2s': place.s2s,
    'listen.s2s_tls': place.s2sTls,
    'federation.enabled': true,
    'federation.ca': internet.rootFile,
    'tls.certificate': certificate,
    'tls.key': key,
    'dns.servers': [internet.dnsServer],
    ...options.settings,
  });
  internet.onEnd(() => box.dispose());
  return box;
}
