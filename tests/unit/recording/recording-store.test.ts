import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "@playwright/test";

import { isPublicAddress } from "@/lib/http/public-address";
import { checkedLookup, openRecording, type StoreAnswer } from "@/lib/recording/recording-store";

const servers: Server[] = [];

test.afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

/** Starts a recording store on the loopback interface. Returns its `host:port`. */
async function store(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function open(host: string, range: string | null = null, signal?: AbortSignal): Promise<StoreAnswer> {
  return openRecording(`http://${host}/a.mp4?secret`, {
    hosts: [host],
    range,
    ...(signal === undefined ? {} : { signal }),
  });
}

async function textOf(answer: StoreAnswer): Promise<string> {
  return answer.ok ? new Response(answer.body).text() : `(${answer.problem})`;
}

test("a recording is read whole or in part; a range outside it gives 416", async () => {
  const host = await store((request, response) => {
    if (request.headers.range === "bytes=2-3") {
      response.writeHead(206, { "content-type": "video/mp4", "content-range": "bytes 2-3/5", "content-length": 2 });
      response.end("cd");
    } else if (request.headers.range === undefined) {
      response.writeHead(200, { "content-type": "audio/mp4; codecs=x", "content-length": 5 });
      response.end("abcde");
    } else {
      response.writeHead(416, { "content-range": "bytes */5", "content-type": "application/xml" });
      response.end("<Error>");
    }
  });
  const whole = await open(host);
  expect(whole).toMatchObject({ status: 200, contentType: "audio/mp4", contentLength: 5, contentRange: null });
  expect(await textOf(whole)).toBe("abcde");
  const part = await open(host, "bytes=2-3");
  expect(part).toMatchObject({ status: 206, contentType: "video/mp4", contentLength: 2, contentRange: "bytes 2-3/5" });
  expect(await textOf(part)).toBe("cd");
  expect(await open(host, "bytes=9-")).toMatchObject({ status: 416, contentRange: "bytes */5", body: null });
});

test("an unknown content type becomes audio/mp4", async () => {
  const host = await store((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<script>");
  });
  const answer = await open(host);
  expect(answer).toMatchObject({ ok: true, contentType: "audio/mp4" });
  await textOf(answer);
});

for (const [status, problem] of [
  [400, "refused"],
  [403, "refused"],
  [404, "refused"],
  [410, "refused"],
  [500, "unexpected_answer"],
  [503, "unexpected_answer"],
  [204, "unexpected_answer"],
  // Invalid, because no range was requested.
  [206, "unexpected_answer"],
  [416, "unexpected_answer"],
] as const) {
  test(`the problem is ${problem} if the store answers ${status}`, async () => {
    const host = await store((_request, response) => {
      response.writeHead(status, { "content-range": "bytes 0-1/9" });
      response.end(status === 204 ? undefined : "no");
    });
    expect(await open(host)).toEqual({ ok: false, problem });
  });
}

test("an answer of 101 is unexpected, and does not wait for ever", async () => {
  const host = await store((_request, response) => {
    response.socket?.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  });
  expect(await open(host)).toEqual({ ok: false, problem: "unexpected_answer" });
});

test("row 59: a redirect is refused, and its target is never requested", async () => {
  let requests = 0;
  const secret = await store((_request, response) => {
    requests += 1;
    response.end("metadata");
  });
  for (const location of [`http://${secret}/`, "http://169.254.169.254/latest/meta-data/", "/b.mp4"]) {
    for (const status of [301, 302, 303, 307, 308]) {
      const host = await store((request, response) => {
        requests += request.url === "/b.mp4" ? 1 : 0;
        response.writeHead(status, { location });
        response.end();
      });
      expect(await open(host)).toEqual({ ok: false, problem: "not_allowed_host" });
    }
  }
  expect(requests).toBe(0);
});

test("row 59: only listed hosts are requested, and only at allowed addresses", async () => {
  let requests = 0;
  const host = await store((_request, response) => {
    requests += 1;
    response.end("x");
  });
  const [, port = ""] = host.split(":");
  const refused = async (url: string, hosts: string[]) =>
    expect(await openRecording(url, { hosts, range: null }), url).toEqual({ ok: false, problem: "not_allowed_host" });

  await refused(`http://${host}/`, []);
  await refused(`http://${host}/`, ["127.0.0.1"]);
  await refused(`http://user@${host}/`, [host]);
  await refused(`http://localhost:${port}/`, [host]);
  await refused("javascript:alert(1)", ["javascript:"]);
  await refused("file:///etc/passwd", [""]);
  // Listed names and addresses that resolve to this machine or its network.
  await refused("https://localhost/a.mp4", ["localhost"]);
  await refused("https://127.0.0.1/a.mp4", ["127.0.0.1"]);
  await refused("https://[::1]/a.mp4", ["[::1]"]);
  await refused("https://169.254.169.254/latest", ["169.254.169.254"]);
  expect(requests).toBe(0);

  expect(
    await textOf(await openRecording(`http://localhost:${port}/`, { hosts: [`localhost:${port}`], range: null })),
  ).toBe("x");
});

test("row 59: a host name is refused on connecting if any of its addresses is private", async () => {
  const answers: Record<string, string[]> = {
    "good.example": ["142.250.1.1", "2a00:1450::1"],
    "private.example": ["10.0.0.7"],
    "mixed.example": ["142.250.1.1", "169.254.169.254"],
  };
  type Lookup = NonNullable<Parameters<typeof checkedLookup>[1]>;
  const lookup = checkedLookup(isPublicAddress, ((
    name: string,
    _options: object,
    callback: (...values: unknown[]) => void,
  ) => {
    const addresses = answers[name]?.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    callback(addresses === undefined ? new Error("ENOTFOUND") : null, addresses ?? []);
  }) as unknown as Lookup);
  const resolveName = (name: string, all: boolean) =>
    new Promise<unknown>((resolve) => {
      lookup(name, { all }, (error, address) => resolve(error === null ? address : error.message));
    });
  expect(await resolveName("good.example", false)).toBe("142.250.1.1");
  expect(await resolveName("good.example", true)).toHaveLength(2);
  for (const name of ["private.example", "mixed.example"]) {
    expect(await resolveName(name, true)).toBe("recording store: not_allowed_host");
  }
  expect(await resolveName("gone.example", true)).toBe("ENOTFOUND");
});

test("only public addresses are accepted as public", () => {
  for (const address of ["8.8.8.8", "142.250.1.1", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]) {
    expect(isPublicAddress(address), address).toBe(true);
  }
  for (const address of [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "not an address",
    "",
  ]) {
    expect(isPublicAddress(address), address).toBe(false);
  }
});

test("an unreachable store is reported, and a connection lost later fails the body", async () => {
  expect(await open("127.0.0.1:1")).toEqual({ ok: false, problem: "unreachable" });
  const closing = await store((request) => request.socket.destroy());
  expect(await open(closing)).toEqual({ ok: false, problem: "unreachable" });
  const cut = await store((request, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("only this");
    setImmediate(() => request.socket.destroy());
  });
  await expect(textOf(await open(cut))).rejects.toThrow();
});

test("a store that sends nothing times out; a listener that pauses reading does not", async () => {
  const idleMs = 150;
  const mute = await store(() => {});
  expect(await openRecording(`http://${mute}/`, { hosts: [mute], range: null, idleMs })).toEqual({
    ok: false,
    problem: "timeout",
  });

  const host = await store((_request, response) => {
    response.writeHead(200, { "content-length": 20 });
    response.write("0123456789");
  });
  const answer = await openRecording(`http://${host}/`, { hosts: [host], range: null, idleMs });
  const reader = answer.ok ? answer.body?.getReader() : undefined;
  await new Promise((resolve) => setTimeout(resolve, 3 * idleMs));
  expect((await reader?.read())?.value).toHaveLength(10);
  await expect(reader?.read()).rejects.toThrow("timeout");
});

test("the request to the store ends when the listener stops", async () => {
  const closed: string[] = [];
  const host = await store((request, response) => {
    response.writeHead(200, { "content-length": 10_000_000 });
    response.write("x".repeat(1000));
    response.once("close", () => closed.push(request.headers.range ?? "all"));
  });
  const cancelled = await open(host);
  expect(cancelled.ok).toBe(true);
  await (cancelled.ok ? cancelled.body?.cancel() : undefined);
  await expect.poll(() => closed.length).toBe(1);

  const controller = new AbortController();
  const aborted = await open(host, null, controller.signal);
  const reading = textOf(aborted);
  controller.abort();
  await expect(reading).rejects.toThrow();
  await expect.poll(() => closed.length).toBe(2);

  // Aborted before the body is read.
  const unread = new AbortController();
  expect((await open(host, null, unread.signal)).ok).toBe(true);
  unread.abort();
  await expect.poll(() => closed.length).toBe(3);

  expect(await open(host, null, AbortSignal.abort())).toEqual({ ok: false, problem: "unreachable" });
});

test("a slow listener slows the store down, so that the recording is not buffered", async () => {
  const size = 64 * 1024 * 1024;
  let sent = 0;
  const host = await store((_request, response) => {
    response.writeHead(200, { "content-length": size });
    const chunk = Buffer.alloc(1024 * 1024);
    const write = () => {
      while (sent < size) {
        sent += chunk.length;
        if (!response.write(chunk)) {
          response.once("drain", write);
          return;
        }
      }
      response.end();
    };
    write();
  });
  const answer = await open(host);
  const reader = answer.ok ? answer.body?.getReader() : undefined;
  await reader?.read();
  let before = -1;
  const hasStopped = () => {
    const isSame = sent === before;
    before = sent;
    return isSame;
  };
  await expect.poll(hasStopped, { intervals: [250] }).toBe(true);
  // Only the kernel's buffers were filled.
  expect(sent).toBeLessThan(size / 2);
  await reader?.cancel();
});

test("no request fails because the store has closed a kept-alive connection", async () => {
  let requests = 0;
  const host = await store((request, response) => {
    requests += 1;
    response.end("x");
    // Behaves like a store with a short keep-alive time, which closes while the next request is being sent.
    response.once("finish", () => setImmediate(() => request.socket.destroy()));
  });
  for (let turn = 0; turn < 20; turn += 1) {
    expect(await textOf(await open(host))).toBe("x");
  }
  expect(requests).toBe(20);
});
