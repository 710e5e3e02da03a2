/**
 * Every error that an operator can meet: its code, and a sentence that says what is wrong and what to do. docs/errors.md
 * explains the same codes; a test counts one against the other. `{name}` stands for a fact given with the error.
 */
export const ERRORS = {
  'config-missing': 'There is no configuration file {file}. Write one, or leave --config and $CASP3R_CONFIG out.',
  'config-unreadable': 'The configuration file {file} cannot be read ({reason}). Look at its owner and its mode.',
  'config-invalid': '{file}:{line}: {problem}',
  'data-unusable':
    'The data folder {folder} cannot be used ({reason}). Give its owner and mode to the user that runs casp3r.',
  'store-unusable':
    'The store in {folder} cannot be opened ({reason}). Restore the latest backup, or move the folder away.',
  'already-running':
    'Another casp3r (process {pid}) runs on the data folder {folder}. Stop it first, or set another `data`.',
  'not-running': 'The box is not running on the data folder {folder}. Start it with `casp3r run`.',
  'box-silent':
    'The box on the data folder {folder} does not answer. Look at its log; restart it if that says nothing.',
  'socket-path-long':
    'The path of the control socket, {path}, is longer than the system allows. Set `data` to a shorter path.',
  'certificate-unusable':
    'The certificate {file} cannot be used ({reason}). Put PEM files in [tls], or leave both keys empty.',
  'secret-unreadable':
    'The secret of the component {domain} cannot be read from {file} ({reason}). Look at its owner and its mode.',
  'component-refused': 'No change was made to the components: {reason}.',
  'federation-refused': 'No change was made to what is asked of other servers: {reason}.',
  'port-unusable':
    'Port {port} of [listen] {name} cannot be opened ({reason}). Free it, or set another port (0: none).',
  'server-not-started': 'The XMPP server could not start ({reason}). The log above says more.',
  'server-refused': 'No change was made to the servers: {reason}.',
  'server-unknown': 'This box serves no domain {domain}. It serves {domains}.',
  'address-invalid': '"{address}" is not the address of a member. Write NAME@DOMAIN.',
  'member-unknown': 'There is no member {address}. `casp3r user list` shows who is there.',
  'member-exists': 'There is a member {address} already. Choose another name.',
  'member-refused': 'The member {address} cannot be made: {reason}.',
  'device-unknown': 'No device of {address} has the id {id}. `casp3r user devices {address}` lists them.',
  'password-missing': 'No password was given. Use --password -, and give it on standard input.',
  'password-refused': 'This password cannot be used: {reason}.',
  'last-administrator': '{address} is the only administrator. Make another member administrator first.',
  'search-forbidden': 'This box lets nobody search. Set `search = true` under [archive], and restart it.',
  'invitation-unknown': 'There is no invitation {code}. `casp3r invite list` shows those that are open.',
  'access-refused': 'This cannot be done: {reason}.',
  'mode-unconfirmed': 'Nothing was changed. Add --yes to set the mode {mode}.',
  'circle-unknown': 'There is no circle {name}. `casp3r circle list` shows those that there are.',
  'disk-full': 'The box cannot write to its disk ({reason}), so nothing was changed. Make room, then try again.',
  'file-unwritable': '{file} cannot be written ({reason}). Choose another place.',
  'export-unreadable':
    'The file {file} cannot be taken in ({reason}). What came before is kept; mend the file and run it again.',
  'box-not-ready': 'The box is starting, or going down. Try again in a moment.',
  'command-unknown': 'The box does not know the command "{command}". The command line and the box differ in version.',
  'request-invalid': 'The box did not understand the request ({reason}).',
  'box-fault': 'The box met an error of its own ({reason}). The log says more; please report it.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a code of the table. Its message is the one line that the operator reads. */
export class BoxError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, facts: Record<string, string | number> = {}, options?: ErrorOptions) {
    super(
      ERRORS[code].replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? '?')),
      options,
    );
    this.name = 'BoxError';
    this.code = code;
  }
}

/** What an exception says, in a few words: the system's code (EACCES) where it has one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && !error.message.includes(code) ? `${code}: ${error.message}` : error.message;
}
