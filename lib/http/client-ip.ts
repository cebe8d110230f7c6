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
