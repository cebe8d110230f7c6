import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

import { expect, test } from "@playwright/test";

import { postJsonLines } from "@/lib/audit-stream/json-lines";
import { sendSyslog } from "@/lib/audit-stream/syslog";
import { type Certificate, makeCertificate } from "@/tests/fixtures/certificate";
import { startCuttableNetwork, startSyslogReceiver, type SyslogReceiver } from "@/tests/fixtures/syslog-receiver";

const FRAMES = Array.from({ length: 500 }, (_, index) => {
  const message = `<110>1 message ${index} ${"x".repeat(400)}`;
  return `${message.length} ${message}`;
});
const MESSAGES = FRAMES.map((frame) => frame.slice(frame.indexOf(" ") + 1));

let receiver: SyslogReceiver;
const untrusted = makeCertificate();
const trusted = makeCertificate();

test.beforeAll(() => setDefaultCACertificates([...getCACertificates("default"), trusted.cert]));

async function receive(certificate?: Certificate): Promise<void> {
  receiver = await startSyslogReceiver(certificate === undefined ? {} : { certificate });
}

test.describe("syslog", () => {
  test.afterEach(() => receiver.stop());

  for (const tls of [false, true]) {
    test(`${tls ? "TLS" : "TCP"}: resolves when the receiver has everything`, async () => {
      await receive(tls ? trusted : undefined);
      await sendSyslog({ hostname: tls ? "localhost" : "127.0.0.1", port: receiver.port, tls }, FRAMES);
      expect(receiver.messages).toEqual(MESSAGES);
    });
  }

  test("row 76: a certificate that nobody vouches for, or for another name, is refused before anything is sent", async () => {
    await receive(untrusted);
    await expect(sendSyslog({ hostname: "localhost", port: receiver.port, tls: true }, FRAMES)).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    await receiver.stop();
    await receive(trusted);
    // Another name of this machine, which the certificate does not list.
    await expect(sendSyslog({ hostname: "127.0.0.2", port: receiver.port, tls: true }, FRAMES)).rejects.toMatchObject({
      code: expect.stringMatching(/ERR_TLS_CERT_ALTNAME_INVALID|ECONNREFUSED/) as unknown,
    });
    expect(receiver.messages).toEqual([]);
  });

  test("row 76: a network that is cut in the middle is an error", async () => {
    await receive();
    const network = await startCuttableNetwork(receiver.port);
    try {
      network.cutAfter(1000);
      await expect(sendSyslog({ hostname: "127.0.0.1", port: network.port, tls: false }, FRAMES)).rejects.toThrow();
      expect(receiver.messages.length).toBeLessThan(MESSAGES.length);
      await sendSyslog({ hostname: "127.0.0.1", port: network.port, tls: false }, FRAMES);
      expect(receiver.messages.slice(-MESSAGES.length)).toEqual(MESSAGES);
    } finally {
      await network.stop();
    }
  });
});

for (const [name, behave, code] of [
  [
    "ends before it has everything",
    (socket: Socket) => socket.once("data", () => socket.destroy()),
    "ECONNRESET|EPIPE",
  ],
  ["never ends the connection", () => {}, "NOT_CONFIRMED|ETIMEDOUT"],
  ["never reads", (socket: Socket) => socket.pause(), "ETIMEDOUT|NOT_CONFIRMED"],
] as const) {
  test(`syslog: a receiver that ${name} has not confirmed anything`, async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer({ allowHalfOpen: true, pauseOnConnect: name === "never reads" }, (socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      behave(socket);
      if (name === "never ends the connection") {
        socket.resume();
      }
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    const many = Array.from({ length: 20 }, () => FRAMES).flat();
    try {
      await expect(sendSyslog({ hostname: "127.0.0.1", port, tls: false }, many, 2000)).rejects.toMatchObject({
        code: expect.stringMatching(code) as unknown,
      });
    } finally {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    }
  });
}

test.describe("JSON lines", () => {
  const EVENT = {
    id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    at: new Date(0),
    action: "sign_in",
    actorId: null,
    actorName: null,
    actorEmail: null,
    callId: null,
    subject: null,
    rowCount: null,
    detail: null,
    sourceIp: null,
  };
  let server: Server;
  const requests: { headers: IncomingMessage["headers"]; body: string }[] = [];
  let answer: { status: number; location?: string } | null;

  const listen = async (made: Server) => {
    server = made;
    server.on("request", async (request: IncomingMessage, response) => {
      requests.push({ headers: request.headers, body: await text(request) });
      if (answer !== null) {
        response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location }).end("ok");
      }
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return (server.address() as AddressInfo).port;
  };
  test.beforeEach(() => {
    requests.length = 0;
    answer = { status: 200 };
  });
  test.afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test("one line an event, with the token, over TLS", async () => {
    const port = await listen(createTlsServer(trusted));
    await postJsonLines(`https://localhost:${port}/in`, "a-token", [EVENT, { ...EVENT, action: "sign_out" }]);
    expect(requests).toMatchObject([
      { headers: { authorization: "Bearer a-token", "content-type": "application/x-ndjson" } },
    ]);
    const lines = requests[0]?.body.split("\n") ?? [];
    expect(lines).toHaveLength(3);
    expect(lines.slice(0, 2).map((line) => (JSON.parse(line) as { action: string }).action)).toEqual([
      "sign_in",
      "sign_out",
    ]);
  });

  test("row 76: a certificate that nobody vouches for is refused before anything is sent", async () => {
    const port = await listen(createTlsServer(untrusted));
    await expect(postJsonLines(`https://localhost:${port}/in`, "a-token", [EVENT])).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(requests).toEqual([]);
  });

  test("an answer of 101 is an error", async () => {
    const port = await listen(createServer());
    server.on("connection", (socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
    });
    await expect(postJsonLines(`http://127.0.0.1:${port}/in`, undefined, [EVENT])).rejects.toMatchObject({
      code: "ECONNRESET",
    });
  });

  for (const status of [301, 302, 307, 400, 401, 413, 500, 503]) {
    test(`an answer of ${status} confirms nothing, and is not followed`, async () => {
      const port = await listen(createServer());
      answer = { status, location: `http://127.0.0.1:${port}/other` };
      await expect(postJsonLines(`http://127.0.0.1:${port}/in`, "a-token", [EVENT])).rejects.toMatchObject({
        code: `HTTP_${status}`,
      });
      expect(requests).toHaveLength(1);
    });
  }

  test("without an answer, it gives up", async () => {
    const port = await listen(createServer());
    answer = null;
    await expect(postJsonLines(`http://127.0.0.1:${port}/in`, undefined, [EVENT], 300)).rejects.toMatchObject({
      code: "ETIMEDOUT",
    });
    expect(requests[0]?.headers).not.toHaveProperty("authorization");
  });
});
