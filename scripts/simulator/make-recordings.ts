/**
 * Makes `recordings/*.mp4` and `recordings/recordings.json` from dialogues/spoken.ts. Their output is committed: this
 * is kept to show how they were made, and to make them again after a dialogue has changed. Needs espeak-ng and ffmpeg.
 *
 *   node --import tsx scripts/simulator/make-recordings.ts
 */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Language } from "./contract";
import { SPOKEN, type SpokenSource } from "./dialogues/spoken";
import type { SpokenDialogue, SpokenTurn } from "./spoken";

/** Of espeak-ng's output. */
const RATE = 22_050;
const FOLDER = fileURLToPath(new URL("./recordings/", import.meta.url));
/** Words a minute that can be followed: the synthesiser's Arabic and Urdu are harder on the ear. */
const SPEED: Record<Language, number> = { ar: 165, en: 168, ur: 155 };

const VOICES = {
  agent: { man: { variant: "m3", pitch: 42 }, woman: { variant: "f3", pitch: 62 } },
  customer: { man: { variant: "m7", pitch: 30 }, woman: { variant: "f2", pitch: 52 } },
} as const;

function record(source: SpokenSource): SpokenDialogue {
  const parts: Buffer[] = [silence(0.5)];
  const turns: SpokenTurn[] = [];
  const elapsed = () => round(parts.reduce((sum, part) => sum + part.length, 0) / 2 / RATE);
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
      // The next turn begins after the answer, also when both are rounded.
      parts.push(silence(turn.ms / 1000 + 0.1));
      continue;
    }
    if (turn.who === "human_agent") throw new Error("a recording has two voices only");
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

/** One turn as samples, without the silence around it. The customer sounds as on a telephone line. */
function speak(source: SpokenSource, who: "agent" | "customer", text: string): Buffer {
  const voice = VOICES[who][source[who]];
  const said = text.replace(/\[\[[^|\]]+\|([^\]]+)\]\]/g, "$1");
  const voiceArgs = `-v ${source.language}+${voice.variant} -s ${SPEED[source.language]} -p ${voice.pitch} --stdout`;
  const wav = execFileSync("espeak-ng", [...voiceArgs.split(" "), said]);
  const trim = "silenceremove=start_periods=1:start_threshold=-50dB";
  const line = who === "customer" ? "highpass=f=280,lowpass=f=3400,volume=0.85" : "highpass=f=90,lowpass=f=5500";
  const filter = `${trim},areverse,${trim},areverse,${line}`;
  return ffmpeg(`-f wav -i pipe:0 -af ${filter} -ac 1 -ar ${RATE} -f s16le pipe:1`, wav);
}

/** Small: 12 kHz is more than a telephone carries. No dates and no encoder's name: the same dialogue, the same file. */
function encode(samples: Buffer, file: string): void {
  const output = "-af loudnorm=I=-18:TP=-2 -ar 12000 -c:a aac -b:a 17k -map_metadata -1 -movflags +faststart";
  ffmpeg(`-f s16le -ar ${RATE} -ac 1 -i pipe:0 ${output} -fflags +bitexact -flags:a +bitexact -y ${file}`, samples);
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
  return Buffer.alloc(Math.round(seconds * RATE) * 2);
}

/** Arabic as people write it: without vowels and doubling; the tanwin of the accusative stays. */
function withoutVowels(text: string): string {
  return text.replace(/[\u064C-\u0652\u0670]/g, "");
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

for (const name of readdirSync(FOLDER)) rmSync(`${FOLDER}${name}`);
const dialogues = SPOKEN.map(record);
writeFileSync(`${FOLDER}recordings.json`, `${JSON.stringify(dialogues, null, 2)}\n`);
for (const { file, seconds } of dialogues) {
  console.log(`${file.padEnd(32)} ${seconds.toFixed(1).padStart(5)} s ${statSync(`${FOLDER}${file}`).size} bytes`);
}
