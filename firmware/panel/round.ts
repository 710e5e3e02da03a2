/** The pages that PAGE goes through. */
import type { PanelPage, PanelSnapshot } from '../../ui/panel/snapshot.ts';

export type RoundFacts = Pick<PanelSnapshot, 'members' | 'trouble' | 'update'>;

/** Before the first account the one thing to do stays in front, whatever else there is to say. */
export function homePage({ members }: RoundFacts): PanelPage {
  return members === 0 ? 'empty' : 'home';
}

/** An open pairing window comes first, with both of its codes. */
export function roundOf(facts: RoundFacts, pairing: boolean): PanelPage[] {
  return [
    ...(pairing ? (['pairing', 'pairing-app'] as const) : []),
    homePage(facts),
    'network',
    'people',
    'storage',
    'federation',
    ...(facts.update === undefined ? [] : (['update'] as const)),
    ...(facts.trouble.length > 0 ? (['trouble'] as const) : []),
  ];
}

/** The one after `page`; the first, after one that is not among them. */
export function nextPage(round: readonly PanelPage[], page: PanelPage): PanelPage {
  return round[(round.indexOf(page) + 1) % round.length] ?? page;
}
