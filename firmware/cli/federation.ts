import { type Command, Option } from 'commander';
import type { PeerRules } from '../../xmpp/config.ts';
import type { PeerRuleEntry } from '../../xmpp/federation/peer-rules.ts';
import type { FederationRules, FederationStatus } from '../commands/federation.ts';
import { PEER_COLUMNS, peerWords } from '../federation-words.ts';
import { askBox } from './client.ts';
import { type CommonOptions, configOption, jsonOption, wholeNumber } from './options.ts';
import { print, printJson, printTable } from './output.ts';

interface RuleOptions extends CommonOptions {
  certificate?: string;
  dialback?: string;
  rate?: number;
}

const YES_OR_NO = ['yes', 'no'];

export function addFederationCommand(casp3r: Command): void {
  const federation = casp3r
    .command('federation')
    .description('other servers: who is connected, and what is asked of single ones');
  const add = (name: string, about: string) =>
    federation.command(name).description(about).addOption(configOption()).addOption(jsonOption());

  add('status', 'whom the box talks to, and what went wrong').action(status);

  add('rules', 'what is asked of other servers').action(async (options: CommonOptions) => {
    const { general, servers } = await askBox<FederationRules>(options, 'federation rules');
    if (options.json) return printJson({ general, servers });
    const entries = servers.map(({ domain, rules, fixed }) => [
      domain,
      rulesInWords(rules),
      fixed ? 'casp3r.toml' : '',
    ]);
    printTable(['server', 'what is asked', ''], [['all others', rulesInWords(general), ''], ...entries]);
  });

  add('set', 'ask something else of one server and those below its domain, from now on')
    .argument('<domain>')
    .addOption(new Option('--certificate <yes|no>', 'whether it needs a good certificate').choices(YES_OR_NO))
    .addOption(new Option('--dialback <yes|no>', 'whether it may prove itself by being called back').choices(YES_OR_NO))
    .addOption(new Option('--rate <number>', 'stanzas a second; 0 for no limit').argParser(wholeNumber))
    .action(async (domain: string, { certificate, dialback, rate, ...options }: RuleOptions) => {
      const args = { domain, certificate, dialback, rate };
      const entry = await askBox<PeerRuleEntry>(options, 'federation set', args);
      if (options.json) printJson(entry);
      else print(`${entry.domain}: ${rulesInWords(entry.rules)}`);
    });

  add('unset', 'ask of it what is asked of every server')
    .argument('<domain>')
    .action(async (domain: string, options: CommonOptions) => {
      const unset = await askBox<{ domain: string }>(options, 'federation unset', { domain });
      if (options.json) printJson(unset);
      else print(`${unset.domain} is as every other server`);
    });
}

async function status(options: CommonOptions): Promise<void> {
  const told = await askBox<FederationStatus>(options, 'federation status');
  if (options.json) return printJson(told);
  if (!told.enabled) return print('federation is switched off');
  if (told.servers.length === 0) return print('no other server has been met yet');
  const nowMs = Date.now();
  printTable(
    PEER_COLUMNS,
    told.servers.map((peer) => peerWords(peer, nowMs)),
  );
}

function rulesInWords({ requireCertificate, dialback, stanzasPerSecond }: Partial<PeerRules>): string {
  const words = [
    requireCertificate === undefined ? '' : requireCertificate ? 'certificate needed' : 'no certificate needed',
    dialback === undefined ? '' : dialback ? 'dialback' : 'no dialback',
    stanzasPerSecond === undefined ? '' : stanzasPerSecond === 0 ? 'any rate' : `${stanzasPerSecond} stanzas a second`,
  ];
  return words.filter((word) => word !== '').join(', ');
}
