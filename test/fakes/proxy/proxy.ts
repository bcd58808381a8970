import type { Server as HttpServer } from 'node:http';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';

export interface ProxyOptions {
  /** 0, the default, picks a free one. */
  readonly port?: number;
  /** Who may use the proxy; without it everybody may. */
  readonly user?: { readonly name: string; readonly password: string };
  /**
   * Where names lead instead of to their own address: `{ 'github.com': '127.0.0.1:8443' }`. A key may carry the port that is
   * asked for (`github.com:443`), and counts before the name alone; a value without a port keeps the port that was asked for.
   */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Refuse whatever `hosts` does not name: nothing of a test gets out. */
  readonly onlyHosts?: boolean;
}

export interface Proxy {
  /** As `HTTPS_PROXY` or the `address` of a proxy Secret takes it, without user information. */
  readonly url: string;
  /** The same with the user information of `user`. */
  readonly urlWithUser: string;
  /** Every `host:port` that was asked for by somebody who may, in order; refused ones included. */
  readonly asked: readonly string[];
  /** How often each host was asked for. */
  readonly counts: ReadonlyMap<string, number>;
  /** How often somebody was turned away for want of the right name and password. */
  readonly turnedAway: number;
  close(): Promise<void>;
}

/** Keeps what a proxy was asked, and makes the connections that it was asked for. */
export class Switchboard {
  readonly options: ProxyOptions;
  readonly asked: string[] = [];
  readonly counts = new Map<string, number>();
  turnedAway = 0;
  readonly #sockets = new Set<Socket>();

  constructor(options: ProxyOptions) {
    this.options = options;
  }

  /** Notes a request, and says where it leads; undefined when it is refused. */
  route(host: string, port: number): { readonly host: string; readonly port: number } | undefined {
    const place = `${host}:${port}`;
    this.asked.push(place);
    this.counts.set(host, (this.counts.get(host) ?? 0) + 1);
    const { hosts = {}, onlyHosts = false } = this.options;
    const target = hosts[place] ?? hosts[host];
    if (target === undefined) return onlyHosts ? undefined : { host, port };
    const [, name = target, newPort] = /^(.*?)(?::(\d+))?$/.exec(target) ?? [];
    return { host: name, port: newPort === undefined ? port : Number(newPort) };
  }

  /** Connects and hands on everything that either side says. `connected` is called before the first byte. */
  join(
    client: Socket,
    target: { readonly host: string; readonly port: number },
    { connected, failed }: { readonly connected: () => void; readonly failed: () => void },
  ): void {
    const server = this.keep(connect(target));
    server.once('error', failed);
    server.once('connect', () => {
      server.off('error', failed);
      connected();
      client.pipe(server).pipe(client);
    });
    client.once('close', () => server.destroy());
  }

  /** A socket that ends with the proxy. */
  keep<T extends Socket>(socket: T): T {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket.on('error', () => undefined);
  }

  /** Listens on loopback, and describes the proxy to its user. */
  async open(server: Server | HttpServer, scheme: string): Promise<Proxy> {
    server.on('connection', (socket: Socket) => this.keep(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.options.port ?? 0, '127.0.0.1', resolve);
    });
    const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { name, password } = this.options.user ?? { name: '', password: '' };
    const account = `${encodeURIComponent(name)}:${encodeURIComponent(password)}@`;
    const turnedAway = (): number => this.turnedAway;
    return {
      url: `${scheme}://${place}`,
      urlWithUser: `${scheme}://${this.options.user === undefined ? '' : account}${place}`,
      asked: this.asked,
      counts: this.counts,
      get turnedAway() {
        return turnedAway();
      },
      close: async () => this.#close(server),
    };
  }

  async #close(server: Server | HttpServer): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
