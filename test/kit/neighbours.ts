/** Two boxes that find each other at fixed places, and an authority that both believe. */
import { Box, type Settings } from './box.ts';
import { Authority, CertificateFolder } from './ca.ts';
import { reservedPorts } from './ports.ts';
import type { CertificateKind } from './talk/script.ts';

export interface Neighbours {
  here: Box;
  there: Box;
  dispose(): Promise<void>;
}

export interface NeighbourOptions {
  here?: Settings;
  there?: Settings;
  certificates?: Partial<Record<'here' | 'there', CertificateKind>>;
}

const DOMAINS = { here: 'here.test', there: 'there.test' };
const SERVICES = ['rooms', 'pubsub', 'upload', 'proxy'];

export async function startNeighbours({
  here = {},
  there = {},
  certificates = {},
}: NeighbourOptions): Promise<Neighbours> {
  const folder = new CertificateFolder();
  const authority = await Authority.create();
  const ca = folder.write('ca.pem', authority.root);
  const [s2s = 0, s2sTls = 0, otherS2s = 0, otherS2sTls = 0] = await reservedPorts(4);
  const ports = { here: [s2s, s2sTls], there: [otherS2s, otherS2sTls] } as const;
  const settings = { here, there };
  const places = Object.fromEntries(
    (['here', 'there'] as const).flatMap((side) => {
      return namesOf(side, settings[side]).map((name) => [name, `127.0.0.1:${ports[side][0]}`]);
    }),
  );
  const settingsOf = async (side: 'here' | 'there', own: Settings): Promise<Settings> => {
    const issued = await issue(authority, namesOf(side, own), certificates[side] ?? 'good');
    const { certificate, key } = folder.writeIssued(side, issued);
    return {
      'server.domain': DOMAINS[side],
      'listen.s2s': ports[side][0],
      'listen.s2s_tls': ports[side][1],
      'tls.certificate': certificate,
      'tls.key': key,
      'federation.enabled': true,
      'federation.ca': ca,
      'federation.hosts': places,
      'access.mode': 'open',
      ...own,
    };
  };
  const boxes = {
    here: await Box.start(await settingsOf('here', here)),
    there: await Box.start(await settingsOf('there', there)),
  };
  return {
    ...boxes,
    dispose: async () => {
      await Promise.all([boxes.here.dispose(), boxes.there.dispose()]);
      folder.remove();
    },
  };
}

/** With its fallbacks, and the services beside each. */
function namesOf(side: 'here' | 'there', settings: Settings): string[] {
  const domains = [DOMAINS[side], ...((settings['server.fallbacks'] ?? []) as string[])];
  return domains.flatMap((domain) => [domain, ...SERVICES.map((name) => `${name}.${domain}`)]);
}

async function issue(authority: Authority, domains: string[], kind: CertificateKind) {
  switch (kind) {
    case 'good':
      return authority.issue({ domains });
    case 'expired':
      return authority.issue({ domains, fromDays: -9, toDays: -2 });
    case 'wrong':
      return authority.issue({ domains: ['somebody-else.test'] });
    case 'unsigned':
      return (await Authority.create('Nobody knows it')).issue({ domains });
  }
}
