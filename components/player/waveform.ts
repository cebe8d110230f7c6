import type { Span } from "./audio-player";

/** `peaks`: the loudest sample of each of many equal intervals, from 0 to 1. `duration`: in seconds. */
export type Waveform = { peaks: Float32Array<ArrayBuffer>; duration: number };

/** Larger recordings are not measured. An hour of speech is about this large. */
const MAX_BYTES = 30 * 1024 * 1024;
/** Enough for the outline of speech. Decoded samples take 4 bytes each, so an hour takes 115 MB while it is measured. */
const SAMPLE_RATE = 8_000;
const PEAKS_PER_SECOND = 25;

/** Fetches a whole recording and measures it. Null if it is too large; throws if it cannot be fetched or decoded. */
export async function readWaveform(source: string, signal: AbortSignal): Promise<Waveform | null> {
  const response = await fetch(source, { signal, cache: "no-store" });
  if (!response.ok || response.body === null) {
    throw new Error(`fetching the recording failed with status ${response.status}`);
  }
  const bytes = await readUpTo(MAX_BYTES, response.body);
  if (bytes === null) {
    return null;
  }
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  const audio = await context.decodeAudioData(bytes);
  return { peaks: peaksOf(audio), duration: audio.duration };
}

async function readUpTo(limit: number, body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<ArrayBuffer | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(next.value);
  }
  return new Blob(chunks).arrayBuffer();
}

function peaksOf(audio: AudioBuffer): Float32Array<ArrayBuffer> {
  const count = Math.max(1, Math.ceil(audio.duration * PEAKS_PER_SECOND));
  const peaks = new Float32Array(count);
  for (let channel = 0; channel < audio.numberOfChannels; channel += 1) {
    const samples = audio.getChannelData(channel);
    const step = samples.length / count;
    for (let index = 0; index < count; index += 1) {
      const end = Math.min(samples.length, Math.ceil((index + 1) * step));
      let peak = peaks[index] ?? 0;
      for (let sample = Math.floor(index * step); sample < end; sample += 1) {
        peak = Math.max(peak, Math.abs(samples[sample] ?? 0));
      }
      peaks[index] = peak;
    }
  }
  return peaks;
}

/** A longer pause in speech is a silence. */
export const SILENCE_SECONDS = 1.5;
/** How much of a silence is kept at each end, so that no word is cut off. */
const PADDING_SECONDS = 0.3;
/** The threshold as a share of the loudest sample. Line noise is below it, speech is above it. */
const SILENCE_SHARE = 0.04;

/** The parts in which nobody speaks for longer than `SILENCE_SECONDS`, without the padding, in order. */
export function silencesOf({ peaks, duration }: Waveform): Span[] {
  const loudest = peaks.reduce((max, peak) => Math.max(max, peak), 0);
  const perPeak = duration / peaks.length;
  const silences: Span[] = [];
  let start: number | null = null;
  for (let index = 0; index <= peaks.length; index += 1) {
    const isSilent = index < peaks.length && (peaks[index] ?? 0) <= loudest * SILENCE_SHARE;
    if (isSilent) {
      start ??= index;
    } else if (start !== null) {
      if ((index - start) * perPeak > SILENCE_SECONDS) {
        silences.push({ from: start * perPeak + PADDING_SECONDS, to: index * perPeak - PADDING_SECONDS });
      }
      start = null;
    }
  }
  return silences;
}
