import { createServer, type Socket } from 'node:net';
import { Switchboard, type Proxy, type ProxyOptions } from './proxy.ts';

const version = 5;
const methods = { none: 0, password: 2, refused: 255 } as const;
const replies = { done: 0, notAllowed: 2, unreachable: 4, unknownCommand: 7, unknownAddress: 8 } as const;

/** Starts a SOCKS5 proxy (RFC 1928) that makes connections, with name and password (RFC 1929) if there is a user. */
export async function startSocks5Proxy(options: ProxyOptions = {}): Promise<Proxy> {
  const board = new Switchboard(options);
  const server = createServer((socket) => {
    serve(board, socket).catch(() => socket.destroy());
  });
  return board.open(server, 'socks5');
}

async function serve(board: Switchboard, socket: Socket): Promise<void> {
  const read = reader(socket);
  const [, count = 0] = await read(2);
  const offered = await read(count);
  if (!(await letsIn(board, { socket, read, offered }))) return void socket.end();
  const [, command, , kind] = await read(4);
  const reply = (code: number): boolean => socket.write(Buffer.from([version, code, 0, 1, 0, 0, 0, 0, 0, 0]));
  const refuse = (code: number): void => {
    reply(code);
    socket.end();
  };
  const host = await readHost(read, kind);
  if (host === undefined) return refuse(replies.unknownAddress);
  const port = (await read(2)).readUInt16BE();
  if (command !== 1) return refuse(replies.unknownCommand);
  const target = board.route(host, port);
  if (target === undefined) return refuse(replies.notAllowed);
  board.join(socket, target, {
    connected: () => reply(replies.done),
    failed: () => refuse(replies.unreachable),
  });
}

async function letsIn(
  board: Switchboard,
  { socket, read, offered }: { readonly socket: Socket; readonly read: Read; readonly offered: Buffer },
): Promise<boolean> {
  const { user } = board.options;
  const method = user === undefined ? methods.none : methods.password;
  if (!offered.includes(method)) {
    board.turnedAway++;
    socket.write(Buffer.from([version, methods.refused]));
    return false;
  }
  socket.write(Buffer.from([version, method]));
  if (user === undefined) return true;
  const [, nameLength = 0] = await read(2);
  const name = (await read(nameLength)).toString('utf8');
  const [passwordLength = 0] = await read(1);
  const password = (await read(passwordLength)).toString('utf8');
  const right = name === user.name && password === user.password;
  if (!right) board.turnedAway++;
  socket.write(Buffer.from([1, right ? 0 : 1]));
  return right;
}

async function readHost(read: Read, kind: number | undefined): Promise<string | undefined> {
  if (kind === 1) return [...(await read(4))].join('.');
  if (kind === 3) {
    const [length = 0] = await read(1);
    return (await read(length)).toString('latin1');
  }
  if (kind !== 4) return undefined;
  const bytes = await read(16);
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

type Read = (count: number) => Promise<Buffer>;

/** Reads exactly so many bytes, and leaves the rest for whoever reads after it. */
function reader(socket: Socket): Read {
  return async (count) => {
    if (count === 0) return Buffer.alloc(0);
    for (;;) {
      const chunk = socket.read(count) as Buffer | null;
      if (chunk?.length === count) return chunk;
      if (socket.readableEnded || socket.destroyed) throw new Error('the client has gone');
      await new Promise<void>((resolve) => {
        const done = (): void => {
          socket.off('readable', done).off('close', done).off('end', done);
          resolve();
        };
        socket.on('readable', done).on('close', done).on('end', done);
      });
    }
  };
}
