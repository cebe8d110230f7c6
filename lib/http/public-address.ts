import ipaddr from "ipaddr.js";

/**
 * Whether an IP address belongs to the public internet: not private, loopback, link-local (where clouds serve their metadata),
 * multicast or reserved. If an IPv6 address embeds an IPv4 address (IPv4-mapped, NAT64), the embedded address is checked.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.process(address);
  const range: string = parsed.range();
  // NAT64 (RFC 6052), by which IPv6-only hosts reach IPv4 hosts: the last four bytes are the IPv4 address.
  if (range === "rfc6052") {
    return isPublicAddress(parsed.toByteArray().slice(-4).join("."));
  }
  return range === "unicast";
}

/** Whether an IP address is a loopback address. */
export function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}
