/**
 * Makes `recordings/*.mp4` and `recordings/recordings.json` from dialogues/recorded-scripts.ts. Run it again after a change of a
 * dialogue, and commit the result. It needs espeak-ng and ffmpeg.
 *
 *   node --import tsx scripts/simulator/make-recordings.ts
 */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Language } from "./contract";
import { RECORDED_SCRIPTS, type RecordedScript } from "./dialogues/recorded-scripts";
import type { RecordedDialogue, RecordedTurn } from "./recorded-dialogues";

/** Samples per second in the output of espeak-ng. */
const SAMPLE_RATE = 22_050;
const FOLDER = fileURLToPath(new URL("./recordings/", import.meta.url));
/** Arabic and Urdu are slower, because the synthesiser's speech is harder to understand in these languages. */
const WORDS_PER_MINUTE: Record<Language, number> = { ar: 165, en: 168, ur: 155 };

const VOICES = {
  agent: { man: { variant: "m3", pitch: 42 }, woman: { variant: "f3", pitch: 62 } },
  customer: { man: { variant: "m7", pitch: 30 }, woman: { variant: "f2", pitch: 52 } },
} as const;

function record(source: RecordedScript): RecordedDialogue {
  const parts: Buffer[] = [silence(0.5)];
  const turns: RecordedTurn[] = [];
  const elapsed = () => round(parts.reduce((sum, part) => sum + part.length, 0) / 2 / SAMPLE_RATE);
  for (const turn of source.turns) {
    if ("tool" in turn) {
      turns.push({
        tool: turn.tool,
        args: turn.args,
        output: turn.output,
        failed: turn.failed,
        start_at: elapsed(),
        ms: turn.ms,
      });
      // The margin ensures that the next turn begins after the tool's output even if both times are rounded.
      parts.push(silence(turn.ms / 1000 + 0.1));
      continue;
    }
    if (turn.who === "human_agent") throw new Error("a recording has only two voices");
    turns.push({ who: turn.who, text: withoutVowels(turn.text), start_at: elapsed() });
    parts.push(speak(source, turn.who, turn.text), silence(0.45 + (turn.hold ?? 0)));
  }
  const file = `${source.id}.mp4`;
  encode(Buffer.concat(parts), `${FOLDER}${file}`);
  const { id, scenario, language, customer, goal, achieved, reason, response, variables } = source;
  const seconds = durationOf(`${FOLDER}${file}`);
  return {
    id,
    file,
    scenario,
    language,
    customer,
    seconds,
    turns,
    goal,
    achieved: [...achieved],
    reason,
    response,
    variables,
  };
}

/** Returns the samples of one turn, without silence around it. A filter makes the customer sound like a telephone line. */
function speak(source: RecordedScript, who: "agent" | "customer", text: string): Buffer {
  const voice = VOICES[who][source[who]];
  const said = text.replace(/\[\[[^|\]]+\|([^\]]+)\]\]/g, "$1");
  const voiceArgs = `-v ${source.language}+${voice.variant} -s ${WORDS_PER_MINUTE[source.language]} -p ${voice.pitch} --stdout`;
  const wav = execFileSync("espeak-ng", [...voiceArgs.split(" "), said]);
  const trim = "silenceremove=start_periods=1:start_threshold=-50dB";
  const line = who === "customer" ? "highpass=f=280,lowpass=f=3400,volume=0.85" : "highpass=f=90,lowpass=f=5500";
  const filter = `${trim},areverse,${trim},areverse,${line}`;
  return ffmpeg(`-f wav -i pipe:0 -af ${filter} -ac 1 -ar ${SAMPLE_RATE} -f s16le pipe:1`, wav);
}

/**
 * Encodes the samples. A rate of 12 kHz exceeds that of a telephone and keeps files small. The file contains neither dates nor the
 * encoder's name, so that the same dialogue gives the same file.
 */
function encode(samples: Buffer, file: string): void {
  const output = "-af loudnorm=I=-18:TP=-2 -ar 12000 -c:a aac -b:a 17k -map_metadata -1 -movflags +faststart";
  ffmpeg(
    `-f s16le -ar ${SAMPLE_RATE} -ac 1 -i pipe:0 ${output} -fflags +bitexact -flags:a +bitexact -y ${file}`,
    samples,
  );
}

function ffmpeg(args: string, input: Buffer): Buffer {
  return execFileSync("ffmpeg", ["-hide_banner", "-loglevel", "error", ...args.split(" ")], {
    input,
    maxBuffer: 64_000_000,
  });
}

function durationOf(file: string): number {
  const args = ["-v", "error", "-show_entries", "format=duration", "-of", "default=nw=1:nk=1", file];
  return round(Number(execFileSync("ffprobe", args, { encoding: "utf8" })));
}

function silence(seconds: number): Buffer {
  return Buffer.alloc(Math.round(seconds * SAMPLE_RATE) * 2);
}

/** Returns Arabic in its usual spelling: without vowel and doubling marks, but with the tanwin of the accusative. */
function withoutVowels(text: string): string {
  return text.replace(/[\u064C-\u0652\u0670]/g, "");
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

for (const name of readdirSync(FOLDER)) rmSync(`${FOLDER}${name}`);
const dialogues = RECORDED_SCRIPTS.map(record);
writeFileSync(`${FOLDER}recordings.json`, `${JSON.stringify(dialogues, null, 2)}\n`);
for (const { file, seconds } of dialogues) {
  console.log(`${file.padEnd(32)} ${seconds.toFixed(1).padStart(5)} s ${statSync(`${FOLDER}${file}`).size} bytes`);
}
