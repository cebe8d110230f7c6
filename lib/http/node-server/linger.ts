import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** So long nothing is read. A client that writes without looking for an answer fills the buffers meanwhile, and has to wait. */
const UNREAD_MS = 500;
const LINGER_MS = 2000;
const LINGER_BYTES = 8 * 1024 * 1024;
const LINGER_CHECK_MS = 50;

/** The latest request on each connection. */
const latestRequest = new WeakMap<Socket, IncomingMessage>();

/**
 * Node closes a connection without keep-alive as soon as the answer is sent. If part of the request is still unread, the
 * operating system resets the connection, and a client that is still writing never sees the answer. So the connection is
 * closed in stages (RFC 9112, 9.6): first only for writing; then, after a while, the rest of the request is read and discarded, up to a limit.
 */
export function lingerIfUnread(request: IncomingMessage): void {
  const { socket } = request;
  if (!latestRequest.has(socket)) {
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => (latestRequest.get(socket)?.complete === false ? linger(socket) : destroySoon());
  }
  latestRequest.set(socket, request);
}

/**
 * Leaves the rest of a request unread, before an answer that ends the connection. Otherwise Node discards it while it sends the answer, as fast as the
 * client can write.
 */
export function leaveUnread(request: IncomingMessage): void {
  request.pause();
  // Node then believes that somebody reads the request.
  request.read(0);
}

function linger(socket: Socket): void {
  const maxBytesRead = socket.bytesRead + LINGER_BYTES;
  const deadline = performance.now() + UNREAD_MS + LINGER_MS;
  const reading = setTimeout(() => {
    latestRequest.get(socket)?.resume();
    socket.resume();
  }, UNREAD_MS).unref();
  const check = setInterval(() => {
    if (socket.bytesRead > maxBytesRead || performance.now() > deadline) {
      socket.destroy();
    }
  }, LINGER_CHECK_MS).unref();
  socket.once("end", () => socket.destroy());
  socket.once("close", () => {
    clearTimeout(reading);
    clearInterval(check);
  });
  socket.end();
  socket.pause();
}
