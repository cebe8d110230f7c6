import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

const LINGER_MS = 2000;
const LINGER_BYTES = 8 * 1024 * 1024;
const LINGER_CHECK_MS = 50;

/** The latest request on each connection. */
const latestRequest = new WeakMap<Socket, IncomingMessage>();

/**
 * Node closes a connection without keep-alive as soon as the answer is sent. If part of the request is still unread, the
 * operating system resets the connection, and a client that is still writing never sees the answer. So the connection is
 * closed in stages (RFC 9112, 9.6): first only for writing, while the rest of the request is read and discarded, up to a limit.
 */
export function lingerIfUnread(request: IncomingMessage): void {
  const { socket } = request;
  if (!latestRequest.has(socket)) {
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => (latestRequest.get(socket)?.complete === false ? linger(socket) : destroySoon());
  }
  latestRequest.set(socket, request);
}

function linger(socket: Socket): void {
  const maxBytesRead = socket.bytesRead + LINGER_BYTES;
  const deadline = performance.now() + LINGER_MS;
  const check = setInterval(() => {
    if (socket.bytesRead > maxBytesRead || performance.now() > deadline) {
      socket.destroy();
    }
  }, LINGER_CHECK_MS).unref();
  socket.once("end", () => socket.destroy());
  socket.once("close", () => clearInterval(check));
  socket.end();
  latestRequest.get(socket)?.resume();
}
