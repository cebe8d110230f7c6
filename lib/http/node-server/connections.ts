import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { log } from "@/lib/log";

import { noteConnection } from "./turns";

/** From this number on, a new connection closes those that have waited longest for a request, and only webhooks are served. */
const MAX_CONNECTIONS = 2000;
/** The limit of the server itself. The difference is for webhooks: without a spool, up to 1,000 deliveries are held. */
export const MAX_CONNECTIONS_WITH_RESERVE = 3500;
/** The time that a connection has for its request before it makes room, up to this number: if nearly all are busy, it may be a delivery's. */
const MIN_WAIT_MS = 500;
const MAX_CONNECTIONS_THAT_WAIT = 3000;
/** The head of a request must be complete after this time, from the start of the connection or from the answer before it. */
const MAX_HEAD_MS = 10_000;
/** The requests that a client may send on one connection before it has the first answer. Browsers send one. */
const MAX_PIPELINED = 16;

type Connection = {
  /** The answers that are not sent yet. */
  open: Set<ServerResponse>;
  /** Whether the latest of these is to a request whose body is not complete yet. */
  isReceivingBody: boolean;
  waitingSince: number;
  /** `socket.bytesRead` at that time. */
  bytesRead: number;
};

const connections = new Map<Socket, Connection>();
/** The connections that wait for a complete request. The one that has waited longest is the first. */
const waiting = new Set<Socket>();
/** The connections that were closed to make room since the last line in the log. */
let madeRoom = 0;

/** Follows a connection until it is closed. If there are too many, those that have waited longest for a request make room. */
export function followConnection(socket: Socket): void {
  if (connections.has(socket)) {
    return;
  }
  noteConnection();
  connections.set(socket, { open: new Set(), isReceivingBody: false, waitingSince: 0, bytesRead: 0 });
  updateWaiting(socket);
  socket.once("close", () => {
    const { open } = connectionOf(socket);
    connections.delete(socket);
    waiting.delete(socket);
    for (const response of open) {
      // Node tells only the answer whose turn it is.
      if (response.socket === null) {
        response.emit("close");
      }
    }
  });
  makeRoom(socket);
}

/** @param newest the connection that has just been opened, which makes no room itself */
function makeRoom(newest?: Socket): void {
  const now = performance.now();
  let remaining = connections.size;
  for (const longest of waiting) {
    const isRecent = now - connectionOf(longest).waitingSince < MIN_WAIT_MS;
    const mayWait = longest === newest || (isRecent && remaining <= MAX_CONNECTIONS_THAT_WAIT);
    if (remaining <= MAX_CONNECTIONS || mayWait) {
      return;
    }
    remaining -= 1;
    madeRoom += 1;
    waiting.delete(longest);
    longest.destroy();
  }
}

/** Follows a request from its head to the end of its answer. False if its connection has too many already. */
export function followRequest(socket: Socket, response: ServerResponse): boolean {
  const { open } = connectionOf(socket);
  if (open.size >= MAX_PIPELINED) {
    return false;
  }
  open.add(response);
  updateWaiting(socket);
  response.once("close", () => {
    open.delete(response);
    updateWaiting(socket);
  });
  return true;
}

/** A connection that receives a body waits too, but not for a head: `body.ts` has its limits. */
export function setReceivingBody(socket: Socket, isReceivingBody: boolean): void {
  connectionOf(socket).isReceivingBody = isReceivingBody;
  updateWaiting(socket);
}

/** Whether there are so many connections that only webhooks are served. */
export function areTooManyConnections(): boolean {
  return connections.size > MAX_CONNECTIONS;
}

/** Closes the connections whose next request takes too long to begin, and those that make room. Call it every second. */
export function closeSlowConnections(): void {
  makeRoom();
  const now = performance.now();
  for (const socket of waiting) {
    const { waitingSince, bytesRead, isReceivingBody } = connectionOf(socket);
    if (now - waitingSince <= MAX_HEAD_MS) {
      break;
    }
    if (!isReceivingBody) {
      // Browsers open connections in advance: closing one on which nothing came is usual.
      if (socket.bytesRead > bytesRead && socket.writable) {
        socket.write("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      }
      waiting.delete(socket);
      socket.destroy();
    }
  }
  if (madeRoom > 0) {
    log("warn", "connections_closed", { count: madeRoom });
    madeRoom = 0;
  }
}

function connectionOf(socket: Socket): Connection {
  return connections.get(socket) ?? { open: new Set(), isReceivingBody: false, waitingSince: 0, bytesRead: 0 };
}

function updateWaiting(socket: Socket): void {
  const connection = connections.get(socket);
  if (connection === undefined) {
    return;
  }
  if (connection.open.size > (connection.isReceivingBody ? 1 : 0)) {
    waiting.delete(socket);
  } else if (!waiting.has(socket)) {
    connection.waitingSince = performance.now();
    connection.bytesRead = socket.bytesRead;
    waiting.add(socket);
  }
}
