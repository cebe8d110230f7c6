"use client";

import type { KeyboardEvent } from "react";
import { useEffect, useRef, useState } from "react";

import { cn } from "@/components/cn";

import { SEEK_SECONDS } from "./audio-player";
import { usePlayer, usePlayerState } from "./player-context";
import { readWaveform, silencesOf, type Waveform } from "./waveform";

/**
 * Shows and sets the position in the recording. A plain bar; after the user has pressed play and the recording was measured, a
 * waveform, unless the recording is too large. Time runs from left to right in all languages. The control is an invisible slider
 * on top.
 */
export function SeekBar({
  label,
  valueText,
  onMeasured,
  className,
}: {
  label: string;
  /** Formats a position for screen readers. */
  valueText: (time: number, duration: number) => string;
  onMeasured: (result: { hasSilences: boolean } | "too_large") => void;
  className?: string;
}) {
  const player = usePlayer();
  const time = usePlayerState((state) => Math.round(state.time * 10) / 10, 0);
  const duration = usePlayerState((state) => state.duration, 0);
  const waveform = useWaveform(onMeasured);
  const share = duration > 0 ? Math.min(1, time / duration) : 0;

  const onKeyDown = (event: KeyboardEvent) => {
    const seconds = KEYS[event.key];
    if (seconds !== undefined) {
      event.preventDefault();
      player?.seekBy(seconds);
    } else if (event.key === " ") {
      event.preventDefault();
      player?.toggle();
    }
  };

  return (
    <div
      dir="ltr"
      className={cn(
        "relative h-12 min-w-0 rounded-md has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-ring",
        className,
      )}
    >
      {waveform === null ? (
        <div className="absolute inset-x-0 top-1/2 h-1.5 -translate-y-1/2 overflow-hidden rounded-full bg-border-strong">
          <div className="h-full bg-accent" style={{ width: `${share * 100}%` }} />
        </div>
      ) : (
        <Wave waveform={waveform} />
      )}
      <input
        type="range"
        aria-label={label}
        aria-valuetext={valueText(time, duration)}
        min={0}
        max={duration}
        step="any"
        value={time}
        disabled={duration === 0}
        onChange={(event) => player?.seek(event.currentTarget.valueAsNumber)}
        onKeyDown={onKeyDown}
        className="absolute inset-0 m-0 h-full w-full cursor-pointer opacity-0 disabled:cursor-default"
      />
    </div>
  );
}

/** Seconds to seek, by key. Left is back in time in all languages. */
const KEYS: Record<string, number> = {
  ArrowLeft: -SEEK_SECONDS,
  ArrowDown: -SEEK_SECONDS,
  ArrowRight: SEEK_SECONDS,
  ArrowUp: SEEK_SECONDS,
  PageUp: 6 * SEEK_SECONDS,
  PageDown: -6 * SEEK_SECONDS,
};

function useWaveform(onMeasured: (result: { hasSilences: boolean } | "too_large") => void): Waveform | null {
  const player = usePlayer();
  const [waveform, setWaveform] = useState<Waveform | null>(null);
  const report = useRef(onMeasured);
  useEffect(() => {
    report.current = onMeasured;
  });
  const isRequested = usePlayerState((state) => state.isRequested && state.problem === null, false);
  useEffect(() => {
    if (player === null || !isRequested || waveform !== null) {
      return undefined;
    }
    const stopped = new AbortController();
    const measure = async () => {
      const measured = await readWaveform(player.source, stopped.signal);
      if (stopped.signal.aborted) {
        return;
      }
      if (measured === null) {
        report.current("too_large");
        return;
      }
      const silences = silencesOf(measured);
      player.setSilences(silences);
      setWaveform(measured);
      report.current({ hasSilences: silences.length > 0 });
    };
    // On failure the plain bar stays, and the player reports why the recording cannot be loaded.
    measure().catch(() => {});
    return () => stopped.abort();
  }, [player, isRequested, waveform]);
  return waveform;
}

function Wave({ waveform }: { waveform: Waveform }) {
  const player = usePlayer();
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = container.current;
    const media = player?.element ?? null;
    if (element === null || media === null) {
      return undefined;
    }
    let isStopped = false;
    let destroy = () => {};
    const draw = async () => {
      const { default: WaveSurfer } = await import("wavesurfer.js");
      if (isStopped) {
        return;
      }
      const surfer = WaveSurfer.create({
        container: element,
        media,
        peaks: [waveform.peaks],
        duration: waveform.duration,
        interact: false,
        normalize: true,
        height: "auto",
        barWidth: 2,
        barGap: 1,
        barRadius: 2,
        barMinHeight: 2,
        cursorWidth: 2,
        ...colorsOf(element),
      });
      const recolor = () => surfer.setOptions(colorsOf(element));
      const theme = new MutationObserver(recolor);
      theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
      const system = window.matchMedia("(prefers-color-scheme: dark)");
      system.addEventListener("change", recolor);
      destroy = () => {
        theme.disconnect();
        system.removeEventListener("change", recolor);
        surfer.destroy();
      };
    };
    // Ignore failures: the slider works without the waveform.
    draw().catch(() => {});
    return () => {
      isStopped = true;
      destroy();
    };
  }, [player, waveform]);
  return <div ref={container} aria-hidden data-waveform className="absolute inset-0" />;
}

/** The waveform's colours. A canvas does not support `light-dark()`, but the properties registered in `globals.css` resolve to plain colours. */
function colorsOf(element: HTMLElement) {
  const style = getComputedStyle(element);
  const played = style.getPropertyValue("--waveform-played");
  return { waveColor: style.getPropertyValue("--waveform"), progressColor: played, cursorColor: played };
}
