import ipaddr from "ipaddr.js";

/**
 * Whether an IP address is one of the public internet: not private, loopback, link-local (where clouds keep their
 * metadata service), multicast or reserved. An address that carries an IPv4 one (IPv4-mapped, NAT64) is judged by that.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.process(address);
  const range: string = parsed.range();
  // NAT64 (RFC 6052): how a host without IPv4 reaches one that has nothing else; the last four bytes are its address.
  if (range === "rfc6052") {
    return isPublicAddress(parsed.toByteArray().slice(-4).join("."));
  }
  return range === "unicast";
}

/** Whether an IP address is this machine's own. */
export function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}
