/** What each mode lets everybody do where the owner has no rule: the whole table, as docs/access.md tells it. */
import { expect, test } from 'vitest';
import { decide } from '../../../../xmpp/access/rules/decide.ts';
import type { Party } from '../../../../xmpp/access/rules/subject.ts';
import { ACTIONS } from '../../../../xmpp/store/access-model.ts';
import type { Mode } from '../../../../xmpp/store/model.ts';

const PEOPLE: Record<string, Party> = {
  administrator: { jid: 'root@casp3r.local', role: 'administrator' },
  member: { jid: 'alice@casp3r.local', role: 'member' },
  limited: { jid: 'kid@casp3r.local', role: 'limited' },
  contact: { jid: 'bob@far.example', domain: 'far.example', known: true },
  stranger: { jid: 'eve@far.example', domain: 'far.example', known: false },
};

/** Columns as in ACTIONS; + allow, - deny, ? quarantine. */
const TABLE: Record<Mode, Record<string, string>> = {
  // register login invite message-in message-out presence join-room create-room upload federate-in federate-out use-service administer
  private: {
    administrator: '+++++++++++++',
    member: '++-++++++--+-',
    limited: '++-++++-+--+-',
    contact: '++-----------',
    stranger: '++-----------',
  },
  family: {
    administrator: '+++++++++++++',
    member: '++++++++++++-',
    limited: '++-++++-++++-',
    contact: '++-++++--+++-',
    stranger: '++-----------',
  },
  community: {
    administrator: '+++++++++++++',
    member: '++++++++++++-',
    limited: '++-++++-++++-',
    contact: '++-++++--+++-',
    stranger: '++-?+?+--+++-',
  },
  open: {
    administrator: '+++++++++++++',
    member: '++++++++++++-',
    limited: '++-++++-++++-',
    contact: '++-++++--+++-',
    stranger: '++-++++--+++-',
  },
};

const SIGNS = { allow: '+', deny: '-', quarantine: '?' };

const cells = (Object.keys(TABLE) as Mode[]).flatMap((mode) => Object.keys(PEOPLE).map((person) => ({ mode, person })));

test.each(cells)('$mode: what $person may do', ({ mode, person }) => {
  const said = ACTIONS.map((action) => SIGNS[decide(mode, [], { action, who: PEOPLE[person] ?? {} }).decision]).join(
    '',
  );
  expect(said).toBe(TABLE[mode][person]);
});
