export class Canvas {
  readonly frame = new Uint8Array(1024);
}
