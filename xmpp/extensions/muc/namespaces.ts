/** The namespaces of rooms, each with the document that defines it. */

/** XEP-0045 */
export const NS_MUC = 'http://jabber.org/protocol/muc';
export const NS_USER = `${NS_MUC}#user`;
export const NS_ADMIN = `${NS_MUC}#admin`;
export const NS_OWNER = `${NS_MUC}#owner`;
export const NS_ROOM_CONFIG = `${NS_MUC}#roomconfig`;
export const NS_ROOM_INFO = `${NS_MUC}#roominfo`;
export const NS_REQUEST = `${NS_MUC}#request`;
export const NS_REGISTER_FORM = `${NS_MUC}#register`;
/** XEP-0077 */
export const NS_REGISTER = 'jabber:iq:register';
/** XEP-0421 */
export const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';
/** XEP-0359 */
export const NS_STANZA_ID = 'urn:xmpp:sid:0';
/** XEP-0203 */
export const NS_DELAY = 'urn:xmpp:delay';
/** XEP-0424 */
export const NS_RETRACT = 'urn:xmpp:message-retract:1';
/** XEP-0425 */
export const NS_MODERATE = 'urn:xmpp:message-moderate:1';
/** XEP-0054 */
export const NS_VCARD = 'vcard-temp';
/** XEP-0199 */
export const NS_PING = 'urn:xmpp:ping';
/** XEP-0317 */
export const NS_HATS = 'urn:xmpp:hats:0';
