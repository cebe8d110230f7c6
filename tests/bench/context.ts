import type { KeptData } from "./data/kept";

/** What every part of the bench gets. */
export type BenchContext = {
  data: KeptData;
  /** The numbers of calls of the two databases. */
  small: number;
  large: number;
  rounds: number;
  /** How long the sender sends in each round. */
  seconds: number;
  /** How many deliveries are spooled and drained, and how many are sent to see whether memory grows. */
  deliveries: number;
  /** A folder for logs and spools, removed after the run. */
  folder: string;
  /** Says what is going on. */
  say: (line: string) => void;
};
