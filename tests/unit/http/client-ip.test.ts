import { expect, test } from "@playwright/test";

import { networkOf } from "@/lib/http/client-ip";

for (const [address, network] of [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::ffff:c000:201", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
  ["::1", "::/64"],
  ["not an address", "not an address"],
] as const) {
  test(`${address} counts as ${network}`, () => {
    expect(networkOf(address)).toBe(network);
  });
}
