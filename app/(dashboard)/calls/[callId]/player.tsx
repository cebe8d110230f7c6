"use client";

import {
  CircleAlert,
  Download,
  Link2,
  Pause,
  Play,
  RotateCcw,
  RotateCw,
  Volume1,
  Volume2,
  VolumeX,
} from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { toast } from "sonner";

import { cn } from "@/components/cn";
import { RATES, SEEK_SECONDS, type PlayerProblem } from "@/components/player/audio-player";
import { usePlayer, usePlayerState } from "@/components/player/player-context";
import { SeekBar } from "@/components/player/seek-bar";
import { SILENCE_SECONDS } from "@/components/player/waveform";
import { useShortcut } from "@/components/shortcuts";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { Duration } from "@/components/ui/duration";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuRadioGroup } from "@/components/ui/menu";
import { Spinner } from "@/components/ui/spinner";
import { Switch } from "@/components/ui/switch";
import { Tooltip } from "@/components/ui/tooltip";
import { useCopy } from "@/components/use-copy";
import { formatDuration } from "@/lib/time/duration";

/** The player of one call's recording. Must be inside a `PlayerProvider` that has a source. */
export function Player({
  title,
  downloadHref,
  canRefresh,
}: {
  /** The customer, for the operating system's media controls. */
  title: string;
  downloadHref: string;
  /** Whether there is an API key to renew expired URLs. */
  canRefresh: boolean;
}) {
  const t = useTranslations("call.player");
  const copy = useCopy();
  const player = usePlayer();
  const problem = usePlayerState<PlayerProblem | null>((state) => state.problem, null);
  const [hasSilences, setHasSilences] = useState(false);
  const [isTooLarge, setIsTooLarge] = useState(false);
  usePlayerShortcuts();
  useMediaSession(title);
  if (player === null) {
    return null;
  }
  if (problem !== null) {
    return (
      <section aria-label={t("label")} className={frameClass}>
        <Problem problem={problem} canRefresh={canRefresh} />
      </section>
    );
  }
  return (
    <section aria-label={t("label")} className={frameClass} data-print="hide">
      <div dir="ltr" className="flex items-center gap-3">
        <PlayButton />
        <SeekBar
          label={t("position")}
          valueText={(time, duration) =>
            t("positionValue", { time: formatDuration(time), duration: formatDuration(duration) })
          }
          onMeasured={(result) => {
            setIsTooLarge(result === "too_large");
            setHasSilences(result !== "too_large" && result.hasSilences);
          }}
          className="flex-1"
        />
      </div>
      <div dir="ltr" className="mt-1.5 flex flex-wrap items-center gap-x-1 gap-y-1">
        <Clock />
        <IconButton label={t("back")} shortcut="←" size="sm" onClick={() => player.seekBy(-SEEK_SECONDS)}>
          <RotateCcw aria-hidden />
        </IconButton>
        <IconButton label={t("forward")} shortcut="→" size="sm" onClick={() => player.seekBy(SEEK_SECONDS)}>
          <RotateCw aria-hidden />
        </IconButton>
        <Speed />
        {hasSilences && <SkipSilence />}
        <span className="flex-1" />
        <Volume />
        <IconButton label={t("copyMoment")} size="sm" onClick={() => void copyMoment()}>
          <Link2 aria-hidden />
        </IconButton>
        <Tooltip content={t("download")}>
          <a
            href={downloadHref}
            download
            aria-label={t("download")}
            className={buttonClass({ variant: "ghost", size: "sm", shape: "icon" })}
          >
            <Download aria-hidden />
          </a>
        </Tooltip>
      </div>
      <p className="mt-1 text-2xs text-subtle">{t("audited")}</p>
      {isTooLarge && <p className="mt-1 text-xs text-muted">{t("noWaveform")}</p>}
    </section>
  );

  async function copyMoment() {
    const seconds = Math.floor(player?.state.time ?? 0);
    const url = new URL(window.location.href);
    url.hash = `t=${seconds}`;
    if (await copy(url.href)) {
      toast.success(t("momentCopied", { time: formatDuration(seconds) }));
    }
  }
}

const frameClass = "rounded-lg border bg-surface px-3 py-2.5 shadow-xs";

function PlayButton() {
  const t = useTranslations("call.player");
  const player = usePlayer();
  const isPlaying = usePlayerState((state) => state.isPlaying, false);
  const isWaiting = usePlayerState((state) => state.isPlaying && state.isWaiting, false);
  const label = isPlaying ? t("pause") : t("play");
  return (
    <Tooltip content={label} shortcut="␣">
      <button
        type="button"
        aria-label={label}
        aria-busy={isWaiting}
        onClick={() => player?.toggle()}
        className={cn(buttonClass({ variant: "primary", size: "lg", shape: "icon" }), "rounded-full")}
      >
        {isWaiting ? (
          <Spinner className="text-current" />
        ) : isPlaying ? (
          <Pause aria-hidden className="fill-current" />
        ) : (
          <Play aria-hidden className="translate-x-px fill-current" />
        )}
      </button>
    </Tooltip>
  );
}

function Clock() {
  const time = usePlayerState((state) => Math.floor(state.time), 0);
  const duration = usePlayerState((state) => state.duration, 0);
  return (
    <span className="me-1 inline-flex min-w-22 gap-1 text-xs text-muted">
      <Duration seconds={time} className="text-foreground" />
      <span aria-hidden>/</span>
      <Duration seconds={duration} />
    </span>
  );
}

function Speed() {
  const t = useTranslations("call.player");
  const format = useFormatter();
  const player = usePlayer();
  const rate = usePlayerState((state) => state.rate, 1);
  const name = (value: number) => t("speedValue", { speed: format.number(value, { maximumFractionDigits: 2 }) });
  return (
    <Menu
      align="center"
      trigger={
        <button
          type="button"
          aria-label={`${t("speed")}: ${name(rate)}`}
          className={cn(buttonClass({ variant: "ghost", size: "sm" }), "px-1.5 tabular")}
        >
          {name(rate)}
        </button>
      }
    >
      <MenuRadioGroup
        label={t("speed")}
        value={String(rate)}
        onValueChange={(value) => player?.setRate(Number(value))}
        options={RATES.map((value) => ({ value: String(value), label: name(value) }))}
      />
    </Menu>
  );
}

function SkipSilence() {
  const t = useTranslations("call.player");
  const player = usePlayer();
  const skips = usePlayerState((state) => state.skipsSilence, false);
  return (
    <Tooltip content={t("skipSilenceHint", { seconds: SILENCE_SECONDS })}>
      <span className="ms-1 inline-flex">
        <Switch
          checked={skips}
          onChange={(event) => player?.setSkipsSilence(event.currentTarget.checked)}
          label={t("skipSilence")}
        />
      </span>
    </Tooltip>
  );
}

function Volume() {
  const t = useTranslations("call.player");
  const player = usePlayer();
  const volume = usePlayerState((state) => (state.isMuted ? 0 : state.volume), 1);
  const Icon = volume === 0 ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  return (
    <span className="hidden items-center sm:flex">
      <IconButton label={volume === 0 ? t("unmute") : t("mute")} size="sm" onClick={() => player?.toggleMuted()}>
        <Icon aria-hidden />
      </IconButton>
      <input
        type="range"
        aria-label={t("volume")}
        min={0}
        max={1}
        step={0.05}
        value={volume}
        onChange={(event) => player?.setVolume(event.currentTarget.valueAsNumber)}
        className="h-1 w-16 cursor-pointer"
      />
    </span>
  );
}

const PROBLEM_LABELS = {
  never_recorded: ["neverTitle", "never"],
  expired: ["expiredTitle", "expired"],
  purged: ["purgedTitle", "purged"],
  vendor_unavailable: ["vendorTitle", "vendor"],
  not_allowed_host: ["hostTitle", "host"],
  undecodable: ["undecodableTitle", "undecodable"],
  signed_out: ["signedOutTitle", "signedOut"],
  forbidden: ["forbiddenTitle", "forbidden"],
  offline: ["offlineTitle", "offline"],
} as const satisfies Record<PlayerProblem, readonly [string, string]>;

function Problem({ problem, canRefresh }: { problem: PlayerProblem; canRefresh: boolean }) {
  const t = useTranslations("call.player.error");
  const common = useTranslations("common.action");
  const player = usePlayer();
  const [title, body] = PROBLEM_LABELS[problem];
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 py-1">
      <CircleAlert className="size-5 shrink-0 text-warning" aria-hidden />
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{t(title)}</p>
        <p className="text-muted">{problem === "expired" && !canRefresh ? t("expiredOff") : t(body)}</p>
      </div>
      <Button size="sm" onClick={() => player?.retry()}>
        <RotateCw aria-hidden />
        {common("retry")}
      </Button>
    </div>
  );
}

function usePlayerShortcuts() {
  const t = useTranslations("call.keys");
  const player = usePlayer();
  const enabled = player !== null;
  useShortcut({ keys: "space", label: t("play"), enabled }, () => player?.toggle());
  useShortcut({ keys: "arrowleft", label: t("back"), enabled }, () => player?.seekBy(-SEEK_SECONDS));
  useShortcut({ keys: "arrowright", label: t("forward"), enabled }, () => player?.seekBy(SEEK_SECONDS));
  useShortcut({ keys: "[", label: t("slower"), enabled }, () => player?.stepRate(-1));
  useShortcut({ keys: "]", label: t("faster"), enabled }, () => player?.stepRate(1));
}

/** Connects the player to media keys, headset buttons and the operating system's media controls. */
function useMediaSession(title: string) {
  const player = usePlayer();
  useEffect(() => {
    if (player === null || !("mediaSession" in navigator)) {
      return undefined;
    }
    const session = navigator.mediaSession;
    const handlers: [MediaSessionAction, MediaSessionActionHandler][] = [
      ["play", player.play],
      ["pause", player.pause],
      ["seekbackward", ({ seekOffset }) => player.seekBy(-(seekOffset ?? SEEK_SECONDS))],
      ["seekforward", ({ seekOffset }) => player.seekBy(seekOffset ?? SEEK_SECONDS)],
      ["seekto", ({ seekTime }) => (seekTime === undefined ? undefined : player.seek(seekTime))],
    ];
    session.metadata = new MediaMetadata({ title });
    for (const [action, handler] of handlers) {
      session.setActionHandler(action, handler);
    }
    return () => {
      session.metadata = null;
      for (const [action] of handlers) {
        session.setActionHandler(action, null);
      }
    };
  }, [player, title]);
}
