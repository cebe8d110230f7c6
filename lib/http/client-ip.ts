import ipaddr from "ipaddr.js";

/**
 * The client's IP address from the one trusted header (`CLIENT_IP_HEADER`); null where none is trusted or it contains no address. Of a
 * list the last address counts: proxies append, so the client may have sent those before it.
 */
export function clientIp(headers: Headers, trustedHeader: string | undefined): string | null {
  const last = trustedHeader === undefined ? undefined : headers.get(trustedHeader)?.split(",").at(-1)?.trim();
  return last !== undefined && ipaddr.isValid(last) ? ipaddr.process(last).toString() : null;
}

/**
 * Whether an address is in one of the CIDR ranges. Without ranges every address is allowed; with ranges, a missing or invalid
 * address is not. Never throws for an address; the ranges must be valid.
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
