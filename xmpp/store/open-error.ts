/**
 * Why a store could not be opened: 'IN_USE' by another process, made by a 'NEWER' program, 'UNBUILT' (from source, before
 * `npm run build`), or SQLite's code.
 */
export class StoreOpenError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'StoreOpenError';
    this.code = code;
  }
}
