import { readdirSync, readFileSync } from "node:fs";

/** What Linux says about processes. Elsewhere there is no /proc, and each of these returns NaN or an empty list. */

/** Linux counts processor time in hundredths of a second on every platform that Node supports. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process and its present threads took so far. */
export function processorSeconds(pid: number): number {
  const fields = statOf(pid);
  return fields === null ? Number.NaN : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds of processor time of a process, its children, and those of them that ended and were waited for. */
export function processorSecondsOfTree(pid: number): number {
  const own = statOf(pid);
  if (own === null) {
    return Number.NaN;
  }
  const ended = (Number(own[13]) + Number(own[14])) / TICKS_PER_SECOND;
  return childrenOf(pid).reduce((sum, child) => sum + (processorSeconds(child) || 0), processorSeconds(pid) + ended);
}

/** Resident memory in MB. */
export function residentMegabytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((candidate) => statOf(candidate)?.[1] === String(pid));
  } catch {
    return [];
  }
}

/** The fields after the name of the program, which may contain spaces: state, parent, … */
function statOf(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return null;
  }
}
