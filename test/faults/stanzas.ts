/** Good stanzas of every kind that members send to rooms, nodes and their own account, for the fuzz test to spoil. */

const ROOM_FORM = 'http://jabber.org/protocol/muc#roomconfig';
const NODE_FORM = 'http://jabber.org/protocol/pubsub#node_config';

const field = (name: string, ...values: string[]) =>
  `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;
const form = (type: string, ...fields: string[]) =>
  `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', type)}${fields.join('')}</x>`;
const rsm = (content: string) => `<set xmlns='http://jabber.org/protocol/rsm'>${content}</set>`;

const get = (to: string, payload: string) => `<iq type='get' to='${to}'>${payload}</iq>`;
const set = (to: string, payload: string) => `<iq type='set' to='${to}'>${payload}</iq>`;

const admin = (items: string) => `<query xmlns='http://jabber.org/protocol/muc#admin'>${items}</query>`;
const owner = (content: string) => `<query xmlns='http://jabber.org/protocol/muc#owner'>${content}</query>`;
const pubsub = (content: string) => `<pubsub xmlns='http://jabber.org/protocol/pubsub'>${content}</pubsub>`;
const pubsubOwner = (content: string) => `<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'>${content}</pubsub>`;
const bookmark =
  "<conference xmlns='urn:xmpp:bookmarks:1' name='Cave' autojoin='true'><nick>Me</nick><extensions><a xmlns='urn:x'/></extensions></conference>";
const storage =
  "<storage xmlns='storage:bookmarks'><conference jid='{room}' autojoin='1' name='Cave'><nick>Me</nick></conference><url name='x' url='http://x.test'/></storage>";

const MUC = [
  "<presence to='{room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='3' maxchars='100' seconds='60' since='2024-01-01T00:00:00Z'/><password>secret</password></x></presence>",
  "<presence to='{room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'/><show>away</show><status>gone fishing</status></presence>",
  "<presence to='{room}/{nick}' type='unavailable'><status>bye</status></presence>",
  "<message to='{room}' type='groupchat'><body>hello</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>",
  "<message to='{room}' type='groupchat'><subject>what we speak of</subject></message>",
  "<message to='{room}/{nick}' type='chat'><body>psst</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>",
  "<message to='{room}'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='{other}'><reason>come</reason></invite></x></message>",
  "<message to='{room}'><x xmlns='http://jabber.org/protocol/muc#user'><decline to='{other}'><reason>no</reason></decline></x></message>",
  "<message to='{other}'><x xmlns='jabber:x:conference' jid='{room}' password='p' reason='come' continue='true' thread='t'/></message>",
  `<message to='{room}'>${form('http://jabber.org/protocol/muc#request', field('muc#role', 'participant'), field('muc#jid', '{other}'), field('muc#roomnick', '{nick}'), field('muc#request_allow', 'true'))}</message>`,
  "<message to='{room}' type='groupchat'><retract xmlns='urn:xmpp:message-retract:1' id='{id}'/><fallback xmlns='urn:xmpp:fallback:0'/><body>retracted</body></message>",
  "<message to='{room}' type='groupchat'><replace xmlns='urn:xmpp:message-correct:0' id='{id}'/><body>corrected</body></message>",
  "<message to='{room}' type='error'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
  set(
    '{room}',
    "<moderate xmlns='urn:xmpp:message-moderate:1' id='{id}'><retract xmlns='urn:xmpp:message-retract:1'/><reason>rude</reason></moderate>",
  ),
  get('{room}', "<query xmlns='jabber:iq:register'/>"),
  set(
    '{room}',
    `<query xmlns='jabber:iq:register'>${form('http://jabber.org/protocol/muc#register', field('muc#register_roomnick', '{nick}'))}</query>`,
  ),
  get('{room}/{nick}', "<ping xmlns='urn:xmpp:ping'/>"),
  get('{room}/{nick}', "<query xmlns='jabber:iq:version'/>"),
  get('{room}', "<vCard xmlns='vcard-temp'/>"),
  set('{room}', "<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>iVBORw0KGgo=</BINVAL></PHOTO></vCard>"),
];

const MUC_ADMIN = [
  set('{room}', admin("<item affiliation='member' jid='{other}' nick='{nick}'><reason>welcome</reason></item>")),
  set('{room}', admin("<item affiliation='outcast' jid='{other}'/><item affiliation='admin' jid='{third}'/>")),
  set('{room}', admin("<item affiliation='none' jid='{other}'/>")),
  set('{room}', admin("<item affiliation='owner' jid='{other}'/>")),
  set('{room}', admin("<item role='none' nick='{nick}'><reason>out</reason></item>")),
  set('{room}', admin("<item role='moderator' nick='{nick}'/><item role='visitor' nick='{nick}'/>")),
  get('{room}', admin("<item affiliation='member'/>")),
  get('{room}', admin("<item affiliation='owner'/><item affiliation='outcast'/>")),
  get('{room}', admin("<item role='participant'/>")),
];

const MUC_OWNER = [
  get('{room}', owner('')),
  set('{room}', owner("<x xmlns='jabber:x:data' type='submit'/>")),
  set('{room}', owner("<x xmlns='jabber:x:data' type='cancel'/>")),
  set(
    '{room}',
    owner(
      form(
        ROOM_FORM,
        field('muc#roomconfig_roomname', 'Cave'),
        field('muc#roomconfig_membersonly', '0'),
        field('muc#roomconfig_publicroom', '1'),
        field('muc#roomconfig_whois', 'moderators'),
        field('muc#roomconfig_maxusers', '50'),
        field('muc#maxhistoryfetch', '5'),
        field('muc#roomconfig_presencebroadcast', 'moderator', 'participant'),
      ),
    ),
  ),
  set(
    '{room}',
    owner(
      form(
        ROOM_FORM,
        field('muc#roomconfig_passwordprotectedroom', '1'),
        field('muc#roomconfig_roomsecret', 'secret'),
        field('muc#roomconfig_moderatedroom', '1'),
        field('muc#roomconfig_persistentroom', '0'),
        field('muc#roomconfig_roomadmins', '{other}'),
        field('muc#roomconfig_roomowners', '{me}', '{third}'),
      ),
    ),
  ),
  set('{room}', owner("<destroy jid='{room2}'><password>p</password><reason>moved</reason></destroy>")),
];

const PUBSUB = [
  set('{service}', pubsub("<create node='{node}'/>")),
  set(
    '{service}',
    pubsub(
      `<create node='{node}'/><configure>${form(NODE_FORM, field('pubsub#access_model', 'open'), field('pubsub#max_items', '20'))}</configure>`,
    ),
  ),
  set('{service}', pubsub('<create/>')),
  set(
    '{service}',
    pubsub("<publish node='{node}'><item id='{id}'><tune xmlns='urn:test:tune'>la</tune></item></publish>"),
  ),
  set(
    '{service}',
    pubsub(
      `<publish node='{node}'><item><tune xmlns='urn:test:tune'>la</tune></item></publish><publish-options>${form('http://jabber.org/protocol/pubsub#publish-options', field('pubsub#access_model', 'open'), field('pubsub#persist_items', 'true'), field('pubsub#max_items', 'max'))}</publish-options>`,
    ),
  ),
  set(
    '{me}',
    pubsub(
      "<publish node='urn:xmpp:avatar:data'><item id='{hash}'><data xmlns='urn:xmpp:avatar:data'>iVBORw0KGgo=</data></item></publish>",
    ),
  ),
  set(
    '{me}',
    pubsub(
      "<publish node='urn:xmpp:avatar:metadata'><item id='{hash}'><metadata xmlns='urn:xmpp:avatar:metadata'><info bytes='8' id='{hash}' type='image/png' width='1' height='1'/></metadata></item></publish>",
    ),
  ),
  set(
    '{me}',
    pubsub(
      "<publish node='eu.siacs.conversations.axolotl.devicelist'><item id='current'><list xmlns='eu.siacs.conversations.axolotl'><device id='1'/></list></item></publish>",
    ),
  ),
  set('{service}', pubsub("<retract node='{node}' notify='true'><item id='{id}'/></retract>")),
  set('{service}', pubsub("<subscribe node='{node}' jid='{me}'/>")),
  set(
    '{service}',
    pubsub(
      `<subscribe node='{node}' jid='{me}'/><options>${form('http://jabber.org/protocol/pubsub#subscribe_options', field('pubsub#deliver', '0'), field('pubsub#expire', '2099-01-01T00:00:00Z'))}</options>`,
    ),
  ),
  set('{service}', pubsub("<unsubscribe node='{node}' jid='{me}' subid='{id}'/>")),
  get('{service}', pubsub("<options node='{node}' jid='{me}'/>")),
  set(
    '{service}',
    pubsub(
      `<options node='{node}' jid='{me}'>${form('http://jabber.org/protocol/pubsub#subscribe_options', field('pubsub#show-values', 'away', 'chat'))}</options>`,
    ),
  ),
  get('{service}', pubsub("<items node='{node}' max_items='3'/>")),
  get('{service}', pubsub("<items node='{node}'><item id='{id}'/></items>")),
  get('{service}', pubsub(`<items node='{node}'/>${rsm('<max>2</max><after>{id}</after>')}`)),
  get('{service}', pubsub('<subscriptions/>')),
  get('{service}', pubsub("<affiliations node='{node}'/>")),
  get('{service}', pubsub("<default node='{node}'/>")),
];

const PUBSUB_OWNER = [
  get('{service}', pubsubOwner("<configure node='{node}'/>")),
  get('{service}', pubsubOwner('<default/>')),
  set(
    '{service}',
    pubsubOwner(
      `<configure node='{node}'>${form(NODE_FORM, field('pubsub#access_model', 'authorize'), field('pubsub#item_expire', '3600'), field('pubsub#notify_config', '1'), field('pubsub#send_last_published_item', 'never'))}</configure>`,
    ),
  ),
  set(
    '{service}',
    pubsubOwner(
      `<configure node='{node}'>${form(NODE_FORM, field('pubsub#access_model', 'roster'), field('pubsub#roster_groups_allowed', 'friends'), field('pubsub#publish_model', 'open'), field('pubsub#contact', '{other}'))}</configure>`,
    ),
  ),
  set('{service}', pubsubOwner("<delete node='{node}'><redirect uri='xmpp:{other}?;node=x'/></delete>")),
  set('{service}', pubsubOwner("<purge node='{node}'/>")),
  get('{service}', pubsubOwner("<affiliations node='{node}'/>")),
  set(
    '{service}',
    pubsubOwner(
      "<affiliations node='{node}'><affiliation jid='{other}' affiliation='publisher'/><affiliation jid='{third}' affiliation='outcast'/></affiliations>",
    ),
  ),
  get('{service}', pubsubOwner("<subscriptions node='{node}'/>")),
  set(
    '{service}',
    pubsubOwner(
      "<subscriptions node='{node}'><subscription jid='{other}' subscription='subscribed'/><subscription jid='{third}' subscription='none'/></subscriptions>",
    ),
  ),
];

const mam = (content: string) => `<query xmlns='urn:xmpp:mam:2' queryid='{id}'>${content}</query>`;
const MAM = [
  ...['{room}', '{me}'].flatMap((archive) => [
    set(archive, mam('')),
    set(archive, mam(rsm('<max>2</max><before/>'))),
    set(
      archive,
      mam(
        `${form('urn:xmpp:mam:2', field('with', '{other}'), field('start', '2024-01-01T00:00:00Z'), field('end', '2099-01-01T00:00:00Z'))}${rsm('<max>5</max><after>{id}</after>')}<flip-page/>`,
      ),
    ),
    set(
      archive,
      mam(
        form('urn:xmpp:mam:2', field('ids', '{id}', '{hash}'), field('before-id', '{id}'), field('after-id', '{id}')),
      ),
    ),
    get(archive, "<query xmlns='urn:xmpp:mam:2'/>"),
    get(archive, "<metadata xmlns='urn:xmpp:mam:2'/>"),
  ]),
  set('{me}', mam(form('urn:xmpp:mam:2', field('{urn:xmpp:fulltext:0}fulltext', 'hello OR "psst')))),
  set('{me}', mam(form('urn:xmpp:mam:2', field('{urn:xmpp:fulltext:0}fulltext', 'hel* -lo NEAR(')))),
  get('{me}', "<prefs xmlns='urn:xmpp:mam:2'/>"),
  set(
    '{me}',
    "<prefs xmlns='urn:xmpp:mam:2' default='roster'><always><jid>{other}</jid></always><never><jid>{third}</jid></never></prefs>",
  ),
];

const UPLOAD = [
  get(
    'upload.{domain}',
    "<request xmlns='urn:xmpp:http:upload:0' filename='picture.jpg' size='23456' content-type='image/jpeg'/>",
  ),
  get('upload.{domain}', "<request xmlns='urn:xmpp:http:upload:0' filename='../../etc/passwd' size='1'/>"),
  get('upload.{domain}', "<query xmlns='http://jabber.org/protocol/disco#info'/>"),
];

const BYTES = 'http://jabber.org/protocol/bytestreams';
const PROXY = [
  get('proxy.{domain}', `<query xmlns='${BYTES}'/>`),
  set('proxy.{domain}', `<query xmlns='${BYTES}' sid='{id}'><activate>{other}</activate></query>`),
];

const VCARD = [
  get('{me}', "<vCard xmlns='vcard-temp'/>"),
  get('{other}', "<vCard xmlns='vcard-temp'/>"),
  set(
    '{me}',
    "<vCard xmlns='vcard-temp'><FN>Anna</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>iVBORw0KGgo=</BINVAL></PHOTO></vCard>",
  ),
  set(
    '{me}',
    pubsub(
      "<publish node='urn:xmpp:vcard4'><item id='current'><vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'><fn><text>Anna</text></fn></vcard></item></publish>",
    ),
  ),
  set(
    '{me}',
    pubsub(
      "<publish node='http://jabber.org/protocol/nick'><item><nick xmlns='http://jabber.org/protocol/nick'>An</nick></item></publish>",
    ),
  ),
];

const DISCO = ['{domain}', 'rooms.{domain}', '{room}', '{room}/{nick}', '{me}', '{other}', 'pubsub.{domain}'].flatMap(
  (to) => [
    get(to, "<query xmlns='http://jabber.org/protocol/disco#info' node='{node}'/>"),
    get(to, "<query xmlns='http://jabber.org/protocol/disco#info'/>"),
    get(to, `<query xmlns='http://jabber.org/protocol/disco#items'>${rsm('<max>1</max><index>1</index>')}</query>`),
  ],
);

const BOOKMARKS = [
  set('{me}', pubsub(`<publish node='urn:xmpp:bookmarks:1'><item id='{room}'>${bookmark}</item></publish>`)),
  set('{me}', pubsub("<retract node='urn:xmpp:bookmarks:1' notify='1'><item id='{room}'/></retract>")),
  get('{me}', pubsub("<items node='urn:xmpp:bookmarks:1'/>")),
  set('{me}', pubsub(`<publish node='storage:bookmarks'><item id='current'>${storage}</item></publish>`)),
  get('{me}', pubsub("<items node='storage:bookmarks'/>")),
];

const PRIVATE = [
  set('{me}', `<query xmlns='jabber:iq:private'>${storage}</query>`),
  get('{me}', "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>"),
  set('{me}', "<query xmlns='jabber:iq:private'><notes xmlns='urn:test:notes'>milk</notes></query>"),
  get('{me}', "<query xmlns='jabber:iq:private'><notes xmlns='urn:test:notes'/></query>"),
];

const BLOCKING = [
  get('{me}', "<blocklist xmlns='urn:xmpp:blocking'/>"),
  set('{me}', "<block xmlns='urn:xmpp:blocking'><item jid='{third}'/></block>"),
  set('{me}', "<unblock xmlns='urn:xmpp:blocking'><item jid='{third}'/></unblock>"),
  set('{me}', "<unblock xmlns='urn:xmpp:blocking'/>"),
];

/** By kind; each kind is as likely as any other. Names in braces stand for what is at hand. */
export const GOOD_STANZAS: Readonly<Record<string, readonly string[]>> = {
  muc: MUC,
  'muc#admin': MUC_ADMIN,
  'muc#owner': MUC_OWNER,
  pubsub: PUBSUB,
  'pubsub#owner': PUBSUB_OWNER,
  mam: MAM,
  'upload slot': UPLOAD,
  proxy: PROXY,
  vcard: VCARD,
  disco: DISCO,
  bookmarks: BOOKMARKS,
  blocking: BLOCKING,
  private: PRIVATE,
};
