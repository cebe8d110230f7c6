import { type BenchApp, EMPTY_PATH, startBenchApp, WEBHOOK_PATH } from "../app";
import type { BenchContext } from "../context";
import type { Measured } from "../lines";
import { send } from "../load";
import { inTurn, ratios, spread } from "../rounds";

/** The first request to a process that has answered none. */
export async function measureStart(context: BenchContext): Promise<Measured[]> {
  const { data, small, folder, rounds } = context;
  const database = await data.copyOf(small);
  const firstRequest = async (path: string) => {
    const app: BenchApp = await startBenchApp({ applicationUrl: database.applicationUrl, folder, isWarm: false });
    try {
      return (await send({ port: app.port, path, connections: 1, seconds: 60, requests: 1 })).worst;
    } finally {
      await app.stop();
    }
  };
  try {
    const { one, other } = await inTurn(
      rounds,
      () => firstRequest(WEBHOOK_PATH),
      () => firstRequest(EMPTY_PATH),
    );
    return [
      {
        line: "firstWebhook",
        values: ratios(one, other),
        detail: `${spread(one).median.toFixed(0)} ms : ${spread(other).median.toFixed(0)} ms after Next said that it is ready`,
      },
    ];
  } finally {
    await data.drop(database);
  }
}
