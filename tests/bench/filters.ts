/** The filters of the bench, as query strings of `/calls`. */

/** Each single filter, common values and rare ones. `until` is the end of the generated year. */
export function singleFilters(until: Date): string[] {
  const day = (before: number) => new Date(until.getTime() - before * 86_400_000).toISOString().slice(0, 10);
  return [
    "",
    "outcome=complete",
    "outcome=no_answer",
    "outcome=-complete",
    "outcome=sip_trunk_failure",
    "outcome=line_blocked",
    "goal=success",
    "goal=error",
    "goal=unknown",
    "direction=inbound",
    "direction=outbound",
    "language=ar",
    "language=en",
    "language=fr",
    "scenario=delivery-confirmation",
    "scenario=vip-concierge",
    "scenario=pilot-airport",
    "attempt=1",
    "attempt=3",
    "dial=not_dialled",
    "state=reached",
    "state=trying",
    "state=called_off",
    "counted=false",
    "reviewed=true",
    "reviewed=false",
    "enrichment=not_found",
    "min_duration=600",
    "max_duration=5",
    "weekday=5",
    "hour=7",
    `from=${day(7)}`,
    `from=${day(200)}&to=${day(170)}`,
    "sort=time",
    "sort=-duration",
    "sort=duration",
  ];
}

/** Parts of numbers that people type: the end, the beginning, the middle, the whole, and one that hardly occurs. */
export const NUMBERS = ["4567", "0551234", "96655", "777888", "+966512345678", "2011", "0000000", "12345678"] as const;

/** Fifty pairs and triples of filters. The same ones in each run. */
export function combinations(until: Date, count = 50): string[] {
  const single = singleFilters(until).filter((query) => query !== "" && !query.startsWith("sort="));
  const choices = [...single, ...NUMBERS.slice(0, 4).map((digits) => `phone=${encodeURIComponent(digits)}`)];
  const random = generator(20_261_127);
  const found = new Set<string>();
  while (found.size < count) {
    const wanted = 2 + Math.floor(random() * 2);
    const parameters = new Map<string, string>();
    while (parameters.size < wanted) {
      const choice = choices[Math.floor(random() * choices.length)] ?? "";
      parameters.set(choice.split("=", 1)[0] ?? "", choice);
    }
    found.add([...parameters.values()].join("&"));
  }
  return [...found];
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
