/** The states of a subscription and how presence stanzas change them: RFC 6121 appendix A as data. */
import type { Subscription } from '../store/model.ts';

export type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';

/** Appendix A.1. */
export const SUBSCRIPTION_STATES = [
  'None',
  'None + Pending Out',
  'None + Pending In',
  'None + Pending Out+In',
  'To',
  'To + Pending In',
  'From',
  'From + Pending Out',
  'Both',
] as const;

export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/** The state that follows and that the stanza goes on; `ignored`: no change, and the stanza goes no further. */
type Row = Readonly<Record<SubscriptionState, SubscriptionState | 'ignored'>>;

/** Appendix A.2: what the member sends. "Goes on" is routed to the contact. */
export const OUTBOUND: Readonly<Record<SubscriptionType, Row>> = {
  subscribe: {
    None: 'None + Pending Out',
    'None + Pending Out': 'None + Pending Out',
    'None + Pending In': 'None + Pending Out+In',
    'None + Pending Out+In': 'None + Pending Out+In',
    To: 'To',
    'To + Pending In': 'To + Pending In',
    From: 'From + Pending Out',
    'From + Pending Out': 'From + Pending Out',
    Both: 'Both',
  },
  unsubscribe: {
    None: 'None',
    'None + Pending Out': 'None',
    'None + Pending In': 'None + Pending In',
    'None + Pending Out+In': 'None + Pending In',
    To: 'None',
    'To + Pending In': 'None + Pending In',
    From: 'From',
    'From + Pending Out': 'From',
    Both: 'From',
  },
  // Where nothing is pending in and the contact does not see us, this is a pre-approval (section 3.4).
  subscribed: {
    None: 'ignored',
    'None + Pending Out': 'ignored',
    'None + Pending In': 'From',
    'None + Pending Out+In': 'From + Pending Out',
    To: 'ignored',
    'To + Pending In': 'Both',
    From: 'ignored',
    'From + Pending Out': 'ignored',
    Both: 'ignored',
  },
  // Where there is nothing to cancel but a pre-approval, that is what it cancels.
  unsubscribed: {
    None: 'ignored',
    'None + Pending Out': 'ignored',
    'None + Pending In': 'None',
    'None + Pending Out+In': 'None + Pending Out',
    To: 'ignored',
    'To + Pending In': 'To',
    From: 'None',
    'From + Pending Out': 'None + Pending Out',
    Both: 'To',
  },
};

/** Appendix A.3: what the contact sends. "Goes on" is delivered to the member. */
export const INBOUND: Readonly<Record<SubscriptionType, Row>> = {
  // Where the contact sees us already, the server answers `subscribed` by itself (section 3.1.3).
  subscribe: {
    None: 'None + Pending In',
    'None + Pending Out': 'None + Pending Out+In',
    'None + Pending In': 'ignored',
    'None + Pending Out+In': 'ignored',
    To: 'To + Pending In',
    'To + Pending In': 'ignored',
    From: 'ignored',
    'From + Pending Out': 'ignored',
    Both: 'ignored',
  },
  unsubscribe: {
    None: 'ignored',
    'None + Pending Out': 'ignored',
    'None + Pending In': 'None',
    'None + Pending Out+In': 'None + Pending Out',
    To: 'ignored',
    'To + Pending In': 'To',
    From: 'None',
    'From + Pending Out': 'None + Pending Out',
    Both: 'To',
  },
  subscribed: {
    None: 'ignored',
    'None + Pending Out': 'To',
    'None + Pending In': 'ignored',
    'None + Pending Out+In': 'To + Pending In',
    To: 'ignored',
    'To + Pending In': 'ignored',
    From: 'ignored',
    'From + Pending Out': 'Both',
    Both: 'ignored',
  },
  unsubscribed: {
    None: 'ignored',
    'None + Pending Out': 'None',
    'None + Pending In': 'ignored',
    'None + Pending Out+In': 'None + Pending In',
    To: 'None',
    'To + Pending In': 'None + Pending In',
    From: 'ignored',
    'From + Pending Out': 'From',
    Both: 'From',
  },
};

/** What a state is made of, as the store keeps it. */
export interface SubscriptionParts {
  subscription: Subscription;
  /** Pending out. */
  ask: boolean;
  pendingIn: boolean;
}

const PARTS: Readonly<Record<SubscriptionState, SubscriptionParts>> = {
  None: { subscription: 'none', ask: false, pendingIn: false },
  'None + Pending Out': { subscription: 'none', ask: true, pendingIn: false },
  'None + Pending In': { subscription: 'none', ask: false, pendingIn: true },
  'None + Pending Out+In': { subscription: 'none', ask: true, pendingIn: true },
  To: { subscription: 'to', ask: false, pendingIn: false },
  'To + Pending In': { subscription: 'to', ask: false, pendingIn: true },
  From: { subscription: 'from', ask: false, pendingIn: false },
  'From + Pending Out': { subscription: 'from', ask: true, pendingIn: false },
  Both: { subscription: 'both', ask: false, pendingIn: false },
};

export function partsOf(state: SubscriptionState): SubscriptionParts {
  return PARTS[state];
}

/** The state of these parts; what cannot be together (a request of one who sees us already) counts for nothing. */
export function stateOf({ subscription, ask, pendingIn }: SubscriptionParts): SubscriptionState {
  switch (subscription) {
    case 'both':
      return 'Both';
    case 'from':
      return ask ? 'From + Pending Out' : 'From';
    case 'to':
      return pendingIn ? 'To + Pending In' : 'To';
    case 'none':
      if (ask) return pendingIn ? 'None + Pending Out+In' : 'None + Pending Out';
      return pendingIn ? 'None + Pending In' : 'None';
  }
}

export function isSubscriptionType(type: string | undefined): type is SubscriptionType {
  return type !== undefined && Object.hasOwn(OUTBOUND, type);
}

/** The contact sees the account's presence. */
export function seesUs(subscription: Subscription | undefined): boolean {
  return subscription === 'from' || subscription === 'both';
}

/** The account sees the contact's presence. */
export function seenByUs(subscription: Subscription | undefined): boolean {
  return subscription === 'to' || subscription === 'both';
}
