/** The part of epoll that this project uses; the package ships no types. */
declare module 'epoll' {
  export class Epoll {
    static readonly EPOLLIN: number;
    constructor(onEvent: (error: Error | null, descriptor: number, events: number) => void);
    add(descriptor: number, events: number): this;
    remove(descriptor: number): this;
    close(): void;
  }
}
