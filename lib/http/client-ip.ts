import ipaddr from "ipaddr.js";

/**
 * The client's IP address from the trusted header (`CLIENT_IP_HEADER`); null if no header is trusted or it contains no address. In a list,
 * the last address counts: proxies append addresses, so the client may have forged the earlier ones.
 */
export function clientIp(headers: Headers, trustedHeader: string | undefined): string | null {
  const last = trustedHeader === undefined ? undefined : headers.get(trustedHeader)?.split(",").at(-1)?.trim();
  return last !== undefined && ipaddr.isValid(last) ? ipaddr.process(last).toString() : null;
}

/**
 * What attempts from an address are counted as: an IPv4 address as itself, an IPv6 address as its first 64 bits, because a single customer of
 * an Internet provider has at least a /64 (RFC 6177). An IPv4 address in the form of IPv6 (`::ffff:192.0.2.1`) is an IPv4 address. Returns
 * text that is not an address as it is.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) {
    return address;
  }
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6) {
    return `${new ipaddr.IPv6([...parsed.parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`;
  }
  return parsed.toString();
}

/**
 * Whether an address is in one of the CIDR ranges. Without ranges, every address is allowed. With ranges, a missing or invalid
 * address is not allowed. Throws only for invalid ranges.
 */
export function isAllowedAddress(address: string | null, ranges: readonly string[]): boolean {
  if (ranges.length === 0) {
    return true;
  }
  if (address === null || !ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.process(address);
  return ranges.some((range) => {
    const [base, bits] = range.includes("/")
      ? ipaddr.parseCIDR(range)
      : [ipaddr.process(range), ipaddr.process(range).kind() === "ipv4" ? 32 : 128];
    return parsed.kind() === base.kind() && parsed.match(base, bits);
  });
}
