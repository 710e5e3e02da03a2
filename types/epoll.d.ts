/** The part of epoll that this project uses; the package ships no types. */
declare module 'epoll' {
  interface Epoll {
    add(descriptor: number, events: number): Epoll;
    remove(descriptor: number): Epoll;
    close(): void;
  }
  interface EpollConstructor {
    readonly EPOLLIN: number;
    new (onEvent: (error: Error | null, descriptor: number, events: number) => void): Epoll;
  }
  const epoll: { Epoll: EpollConstructor };
  export = epoll;
}
