import { expect, test } from "@playwright/test";

import { localOrigin, readAddress } from "@/scripts/launcher/address";

test("the default address is port 3000 of the loopback", () => {
  expect(readAddress({})).toEqual({ port: 3000, host: "127.0.0.1" });
  expect(readAddress({ PORT: "8080", HOST: "0.0.0.0" })).toEqual({ port: 8080, host: "0.0.0.0" });
  expect(readAddress({ PORT: "", HOST: "" })).toEqual({ port: 3000, host: "127.0.0.1" });
});

for (const PORT of ["0", "65536", "-1", "80x", "3.5", "http"]) {
  test(`PORT=${PORT} is refused in one sentence`, () => {
    expect(() => readAddress({ PORT })).toThrow(`PORT is "${PORT}": give a number from 1 to 65535.`);
  });
}

test("a HOST that is a name is refused, because some shells set HOST to the name of the machine", () => {
  expect(() => readAddress({ HOST: "my-laptop" })).toThrow('HOST is "my-laptop"');
});

for (const [host, origin] of [
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["localhost", "http://localhost:80"],
  ["0.0.0.0", "http://127.0.0.1:80"],
  ["::", "http://[::1]:80"],
  ["fe80::1", "http://[fe80::1]:80"],
] as const) {
  test(`a server on ${host} is reached at ${origin}`, () => {
    expect(localOrigin({ host, port: 80 })).toBe(origin);
  });
}
