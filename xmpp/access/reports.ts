/** Blocking Command Reports (XEP-0377): kept for the administrators and, if the owner and the member wish, told to the sender's server. */

import { NS_DATA_FORM, readForm } from '../data-form.ts';
import type { Host } from '../extension.ts';
import { Jid } from '../routing/jid.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Report } from '../store/access-model.ts';
import { type Change, change } from '../store/changes.ts';
import type { Account } from '../store/model.ts';
import { type Element, parse, xml } from '../xml.ts';
import { BOX } from './acts.ts';

export const NS_REPORTING = 'urn:xmpp:reporting:1';
const NS_STANZA_ID = 'urn:xmpp:sid:0';
const NS_DISCO = 'http://jabber.org/protocol/disco#info';
const NS_SERVERINFO = 'http://jabber.org/network/serverinfo';
const NS_FORWARD = 'urn:xmpp:forward:0';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 365;
/** Of one member in a day: what goes beyond blocks, and is not kept. */
const MAX_A_DAY = 50;
const MAX_TEXT = 2_000;
const MAX_REASON = 200;
const MAX_STANZAS = 10;

export interface Reported {
  report: Report;
  /** The member lets the sender's server hear of it (section 5). */
  toOrigin: boolean;
}

/** What a `<block/>` reports. @throws StanzaError bad-request where a report has no reason, which it must have (section 4) */
export function readReports(host: Host, account: Account, block: Element): Reported[] {
  const { store, clock, server } = host;
  const reported = block.getChildren('item').flatMap((item): Reported[] => {
    const element = item.getChild('report', NS_REPORTING);
    if (!element) return [];
    const { reason } = element.attrs;
    if (!reason) throw new StanzaError('bad-request', { text: 'A report has a reason.' });
    const jid = Jid.parse(item.attrs.jid ?? '').toString();
    const report: Report = {
      account: account.id,
      id: store.newId(),
      jid,
      atMs: clock.nowMs(),
      reason: reason.slice(0, MAX_REASON),
      text: (element.getChildText('text') ?? '').trim().slice(0, MAX_TEXT),
      stanzas: named(host, account, element, jid),
    };
    return [{ report, toOrigin: element.getChild('report-origin') !== undefined }];
  });
  const sinceMs = clock.nowMs() - DAY_MS;
  const today = store.access
    .reports(server.id)
    .filter((one) => one.account === account.id && one.atMs > sinceMs).length;
  return reported.slice(0, Math.max(0, MAX_A_DAY - today));
}

export const reportChanges = (reported: readonly Reported[]): Change[] =>
  reported.map(({ report }) => change('report kept', report));

/** Messages of the reported address in the member's own archive; what is not there, or is of somebody else, is passed over. */
function named(host: Host, account: Account, report: Element, jid: string): string[] {
  const ids = report.getChildren('stanza-id', NS_STANZA_ID).slice(0, MAX_STANZAS);
  return ids.flatMap(({ attrs: { id } }) => {
    const message = id === undefined ? undefined : host.store.archive.message(account.id, id);
    const from = message && parse(message.stanza).attrs.from;
    const isTheirs =
      from !== undefined && (from === jid || from.startsWith(`${jid}/`) || Jid.parse(from).domain === jid);
    return message && isTheirs ? [message.stanza] : [];
  });
}

/** Once they are kept. Nothing goes anywhere that the owner of the server or the member did not say may go there. */
export function forwardReports(host: Host, reported: readonly Reported[]): void {
  if (!host.config.access.forwardReports) return;
  for (const { report, toOrigin } of reported) {
    const { domain } = Jid.parse(report.jid);
    if (!toOrigin || host.serves(domain)) continue;
    forward(host, report, domain).catch((error: unknown) => {
      host.log.info({ error: String(error), domain }, 'a report could not be told to the server that it is about');
    });
  }
}

async function forward(host: Host, report: Report, domain: string): Promise<void> {
  const { domain: from } = host.server;
  const asked = xml('iq', { type: 'get', id: host.store.newId(), from, to: domain }, xml('query', { xmlns: NS_DISCO }));
  const to = abuseAddress(await host.query(asked), domain);
  const text = report.text === '' ? null : xml('text', {}, report.text);
  const stanzas = report.stanzas.map((stanza) => xml('forwarded', { xmlns: NS_FORWARD }, anonymous(stanza)));
  const body = `${report.jid} was reported by a member of ${from}: ${report.reason}. ${report.text}`.trim();
  host.send(
    xml(
      'message',
      { from, to, id: host.store.newId() },
      xml('body', {}, body),
      xml(
        'report',
        { xmlns: NS_REPORTING, reason: report.reason },
        xml('jid', { xmlns: 'urn:xmpp:jid:0' }, report.jid),
        text,
      ),
      ...stanzas,
    ),
  );
  host.acts.record(BOX, 'report forward', `${report.jid}, to ${to}`);
}

/** The one way in which the reporter's name may be left out (section 5). */
function anonymous(stanza: string): Element {
  const message = parse(stanza);
  delete message.attrs.to;
  message.attrs.xmlns ??= 'jabber:client';
  return message;
}

/** Kinds of addresses (XEP-0157) that a server wants reports at, the best first: the first is xmppbl.org's, for programs that read them. */
const REPORTS_GO_TO = ['report-addresses', 'abuse-addresses'];

/** Where the server wants to hear of abuse, at itself alone: nobody is made to bother others. The server where it says nothing. */
function abuseAddress(info: Element | undefined, domain: string): string {
  const forms = info?.getChildren('x', NS_DATA_FORM).map(readForm) ?? [];
  const { fields } = forms.find(({ formType }) => formType === NS_SERVERINFO) ?? {};
  const uris = REPORTS_GO_TO.flatMap((kind) => fields?.get(kind) ?? []);
  const uri = uris.find((value) => value.startsWith('xmpp:'));
  try {
    const jid = Jid.parse(decodeURIComponent((uri ?? '').slice('xmpp:'.length).split('?')[0] ?? '')).bare;
    return jid.domain === domain || jid.domain.endsWith(`.${domain}`) ? jid.toString() : domain;
  } catch {
    return domain;
  }
}

/** Run every night. */
export async function forgetReports(host: Host): Promise<void> {
  const beforeMs = host.clock.nowMs() - KEPT_DAYS * DAY_MS;
  const old = host.store.access.reports(host.server.id).filter(({ atMs }) => atMs < beforeMs);
  const accounts = [...new Set(old.map(({ account }) => account))];
  if (accounts.length > 0)
    await host.store.journal.commit(...accounts.map((account) => change('reports forgotten', { account, beforeMs })));
}
