/**
 * The sender of the bench: a process of its own, so that its work is not mixed with what it measures, with as little work as possible, because both
 * share the machine's cores. Raw sockets that are kept open, requests that are ready but for the call's id and number, one request at a time on
 * each connection. Node runs this file itself, so it imports nothing of ours.
 */
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";

/** A body with the byte offsets of the call's id (36 bytes) and of the last eight digits of its number, which each request replaces. */
export type Template = { body: Uint8Array; idsAt: number[]; digitsAt: number[] };

export type Order = {
  port: number;
  path: string;
  connections: number;
  /** Ends after so many seconds, or so many requests, whichever is first. */
  seconds: number;
  requests: number;
  templates: Template[];
};

export type Report = {
  /** Milliseconds from the first byte sent to the last one received, in the order of the answers. */
  latencies: Float64Array;
  seconds: number;
  /** How many answers had each status; 0 stands for a connection that was closed instead. */
  statuses: Record<string, number>;
  /** The share of one core that this process took. */
  cpu: number;
};

process.on("message", (order: Order) => {
  void run(order).then((report) => process.send?.(report));
});

async function run(order: Order): Promise<Report> {
  const requests = order.templates.map((template) => asRequest(order, template));
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const cpu = process.cpuUsage();
  const began = performance.now();
  const until = began + order.seconds * 1000;
  let left = order.requests;
  let sent = 0;
  let ended = began;

  /** The next request, or null if there is none to send. The bytes may be reused as soon as the answer is there. */
  const next = (): Buffer | null => {
    if (left <= 0 || performance.now() >= until) {
      return null;
    }
    left -= 1;
    sent += 1;
    const request = requests[sent % requests.length];
    if (request === undefined) {
      return null;
    }
    const bytes = Buffer.from(request.bytes);
    const id = randomUUID();
    for (const at of request.idsAt) {
      bytes.write(id, at, 36, "latin1");
    }
    const digits = String(Math.floor(Math.random() * 100_000_000)).padStart(8, "0");
    for (const at of request.digitsAt) {
      bytes.write(digits, at, 8, "latin1");
    }
    return bytes;
  };
  const answered = (status: string, sentAt: number) => {
    ended = performance.now();
    latencies.push(ended - sentAt);
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: order.connections }, () => converse(order.port, next, answered)));
  const { user, system } = process.cpuUsage(cpu);
  return {
    latencies: Float64Array.from(latencies),
    seconds: (ended - began) / 1000,
    statuses,
    cpu: (user + system) / 1000 / (ended - began),
  };
}

function asRequest({ path, port }: Order, { body, idsAt, digitsAt }: Template) {
  const head = Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nUser-Agent: bench\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  const moved = (offsets: number[]) => offsets.map((at) => at + head.length);
  return { bytes: Buffer.concat([head, body]), idsAt: moved(idsAt), digitsAt: moved(digitsAt) };
}

/** Sends one request after the other on a connection, until there is none. Opens a new one if the server closes it. */
function converse(
  port: number,
  next: () => Buffer | null,
  answered: (status: string, sentAt: number) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let socket: Socket;
    let sentAt = 0;
    let isWaiting = false;
    let isOver = false;
    let received: Buffer | null = null;
    const send = () => {
      const bytes = next();
      if (bytes === null) {
        isOver = true;
        socket.destroy();
        resolve();
        return;
      }
      isWaiting = true;
      sentAt = performance.now();
      socket.write(bytes);
    };
    const open = () => {
      socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("connect", send);
      socket.on("data", (piece) => {
        received = received === null ? piece : Buffer.concat([received, piece]);
        if (isComplete(received)) {
          const status = received.toString("latin1", 9, 12);
          received = null;
          isWaiting = false;
          answered(status, sentAt);
          send();
        }
      });
      socket.on("error", () => {});
      socket.once("close", () => {
        if (isWaiting) {
          isWaiting = false;
          received = null;
          answered("0", sentAt);
          open();
        } else if (!isOver) {
          // Nobody listens any more.
          answered("0", performance.now());
          resolve();
        }
      });
    };
    open();
  });
}

/** Whether an HTTP/1.1 answer is complete. The answers are short, and no other follows on the connection before the next request. */
function isComplete(answer: Buffer): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end === -1) {
    return false;
  }
  const head = answer.toString("latin1", 0, end).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined) {
    return answer.length >= end + 4 + Number(length);
  }
  return (
    !head.includes("\r\ntransfer-encoding: chunked") || answer.toString("latin1", answer.length - 5) === "0\r\n\r\n"
  );
}
