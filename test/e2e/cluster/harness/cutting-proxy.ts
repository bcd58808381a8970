import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** A way to a server that can be cut: every connection at once, or for as long as a test wants. */
export interface CuttingProxy {
  readonly port: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Breaks every connection. New ones go through. */
  cut(): void;
  /** Lets nothing through until it is called with `false`. */
  block(isBlocked: boolean): void;
  close(): Promise<void>;
}

export async function startCuttingProxy(target: URL): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let isBlocked = false;
  const server = createServer((downstream) => {
    if (isBlocked) {
      downstream.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [downstream, upstream],
      [upstream, downstream],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size / 2;
    },
    cut,
    block: (blocked) => {
      isBlocked = blocked;
      if (blocked) cut();
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
