/** Why a recording does not play, in the words of the route that streams it and two of our own. */
export type PlayerProblem =
  | "never_recorded"
  | "expired"
  | "purged"
  | "not_allowed_host"
  | "vendor_unavailable"
  | "signed_out"
  | "forbidden"
  | "undecodable"
  | "offline";

export type PlayerState = {
  /** Somebody wanted to hear it: until then not a byte of it is asked for. */
  isWanted: boolean;
  isPlaying: boolean;
  /** Wants to play and has nothing to play yet. */
  isWaiting: boolean;
  /** Seconds. */
  time: number;
  duration: number;
  rate: number;
  volume: number;
  isMuted: boolean;
  skipsSilence: boolean;
  problem: PlayerProblem | null;
  /** The code behind the problem, for whoever can mend it. */
  reason: string | null;
};

export const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;
export const SEEK_SECONDS = 5;

/** A stretch of the recording, in seconds. */
export type Span = { from: number; to: number };

/** Problems that the route names in `{"error": …}`; what it may say besides means that it cannot serve at the moment. */
const NAMED_PROBLEMS: Record<string, PlayerProblem> = {
  never_recorded: "never_recorded",
  unknown_call: "never_recorded",
  expired: "expired",
  purged: "purged",
  not_allowed_host: "not_allowed_host",
  signed_out: "signed_out",
  forbidden: "forbidden",
};

const PREFERENCES_KEY = "callboard.player";

/**
 * One recording and the media element that plays it. It is a store: `subscribe` and `state` are for
 * `useSyncExternalStore`. When loading fails in the middle it loads once more at the same place, unseen, and only then asks
 * the server why.
 */
export class AudioPlayer {
  private media: HTMLMediaElement | null = null;
  private current: PlayerState;
  private readonly watchers = new Set<() => void>();
  private silences: readonly Span[] = [];
  /** Set where the next failure is the second in a row. */
  private hasRetried = false;
  /** Where to go on as soon as the media is loaded (again). */
  private resumeAt: number | null = null;
  private wantsToPlay = false;

  constructor(
    readonly source: string,
    durationHint: number | null,
  ) {
    this.current = {
      isWanted: false,
      isPlaying: false,
      isWaiting: false,
      time: 0,
      duration: durationHint ?? 0,
      rate: 1,
      volume: 1,
      isMuted: false,
      skipsSilence: false,
      problem: null,
      reason: null,
    };
  }

  /** The media element that it has charge of. */
  get element(): HTMLMediaElement | null {
    return this.media;
  }

  get state(): PlayerState {
    return this.current;
  }

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Takes charge of a media element; the function that is returned lets go of it. */
  readonly attach = (media: HTMLMediaElement): (() => void) => {
    this.media = media;
    const stopped = new AbortController();
    const on = (type: string, run: () => void) => media.addEventListener(type, run, { signal: stopped.signal });
    on("loadedmetadata", () => this.onLoaded(media));
    on("durationchange", () => this.change({ duration: durationOf(media) ?? this.current.duration }));
    on("timeupdate", () => this.onTime(media));
    on("seeking", () => this.onTime(media));
    on("play", () => this.change({ isPlaying: true }));
    on("playing", () => this.change({ isPlaying: true, isWaiting: false }));
    on("waiting", () => this.change({ isWaiting: true }));
    on("canplay", () => this.change({ isWaiting: false }));
    on("pause", () => this.change({ isPlaying: false, isWaiting: false }));
    on("ended", () => {
      this.wantsToPlay = false;
      this.change({ isPlaying: false, isWaiting: false });
    });
    on("ratechange", () => this.change({ rate: media.playbackRate }));
    on("volumechange", () => this.change({ volume: media.volume, isMuted: media.muted }));
    on("error", () => void this.onError(media));
    this.restorePreferences(media);
    // It may have loaded, or failed, before this code ran.
    if (media.error !== null) {
      void this.onError(media);
    } else if (media.readyState >= HTMLMediaElement.HAVE_METADATA) {
      this.onLoaded(media);
    }
    return () => {
      stopped.abort();
      media.pause();
      this.media = null;
    };
  };

  readonly play = (): void => {
    const { media } = this;
    if (media === null) {
      return;
    }
    this.wantsToPlay = true;
    this.change({ isWanted: true });
    if (this.current.problem !== null) {
      this.reload();
      return;
    }
    media.play().catch(() => {
      // A failure to load comes as an error event; what is left is a browser that wants a click first.
      this.change({ isPlaying: !media.paused, isWaiting: false });
    });
  };

  readonly pause = (): void => {
    this.wantsToPlay = false;
    this.media?.pause();
  };

  readonly toggle = (): void => (this.current.isPlaying ? this.pause() : this.play());

  /** Goes to a second of the recording. */
  readonly seek = (time: number): void => {
    const { duration } = this.current;
    const wanted = Math.max(0, duration > 0 ? Math.min(time, duration) : time);
    const { media } = this;
    if (media !== null && media.readyState >= HTMLMediaElement.HAVE_METADATA && this.current.problem === null) {
      media.currentTime = wanted;
    } else {
      this.resumeAt = wanted;
    }
    this.change({ time: wanted });
  };

  readonly seekBy = (seconds: number): void => this.seek(this.current.time + seconds);

  readonly setRate = (rate: number): void => {
    if (this.media !== null) {
      this.media.playbackRate = rate;
      this.media.defaultPlaybackRate = rate;
    }
    this.change({ rate });
    this.keepPreferences();
  };

  /** One step along `RATES`. */
  readonly stepRate = (step: 1 | -1): void => {
    const { rate } = this.current;
    const next = step > 0 ? RATES.find((one) => one > rate) : RATES.findLast((one) => one < rate);
    if (next !== undefined) {
      this.setRate(next);
    }
  };

  readonly setVolume = (volume: number): void => {
    if (this.media !== null) {
      this.media.volume = volume;
      this.media.muted = volume === 0;
    }
    this.keepPreferences();
  };

  readonly toggleMuted = (): void => {
    if (this.media !== null) {
      this.media.muted = !this.media.muted;
    }
  };

  readonly setSkipsSilence = (skipsSilence: boolean): void => {
    this.change({ skipsSilence });
    this.keepPreferences();
  };

  /** Where nobody speaks, in order: what `skipsSilence` leaves out. */
  readonly setSilences = (silences: readonly Span[]): void => {
    this.silences = silences;
  };

  /** Loads again after a problem, at the same place. */
  readonly retry = (): void => {
    this.wantsToPlay = true;
    this.reload();
  };

  private reload(): void {
    const { media } = this;
    if (media !== null) {
      this.resumeAt ??= this.current.time;
      this.change({ problem: null, reason: null, isWaiting: this.wantsToPlay });
      media.load();
      if (this.wantsToPlay) {
        media.play().catch(() => {});
      }
    }
  }

  private onLoaded(media: HTMLMediaElement): void {
    media.playbackRate = this.current.rate;
    if (this.resumeAt !== null && this.resumeAt > 0) {
      media.currentTime = this.resumeAt;
    }
    this.resumeAt = null;
    this.change({ duration: durationOf(media) ?? this.current.duration, problem: null, reason: null });
  }

  private onTime(media: HTMLMediaElement): void {
    // Between a failure and the reload the element stands at zero, and the listener does not.
    if (media.error !== null || this.resumeAt !== null) {
      return;
    }
    const { currentTime: time } = media;
    if (this.hasRetried && !media.paused && media.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) {
      this.hasRetried = false;
    }
    this.change({ time });
    if (this.current.skipsSilence && !media.paused) {
      const silence = this.silences.find(({ from, to }) => time >= from && time < to);
      if (silence !== undefined) {
        media.currentTime = silence.to;
      }
    }
  }

  private async onError(media: HTMLMediaElement): Promise<void> {
    this.resumeAt ??= this.current.time;
    const isFirst = !this.hasRetried && this.current.time > 0;
    this.hasRetried = true;
    if (isFirst) {
      this.reload();
      return;
    }
    this.change({ isPlaying: false, isWaiting: false });
    const { problem, reason } = await this.askWhy();
    if (this.media === media) {
      this.change({ problem, reason, isPlaying: false, isWaiting: false });
    }
  }

  private async askWhy(): Promise<{ problem: PlayerProblem; reason: string | null }> {
    try {
      const response = await fetch(this.source, { headers: { range: "bytes=0-0" }, cache: "no-store" });
      if (response.ok) {
        await response.body?.cancel();
        return { problem: "undecodable", reason: null };
      }
      const body: unknown = await response.json().catch(() => null);
      const error = textField(body, "error");
      return { problem: NAMED_PROBLEMS[error ?? ""] ?? "vendor_unavailable", reason: textField(body, "reason") };
    } catch {
      return { problem: "offline", reason: null };
    }
  }

  private restorePreferences(media: HTMLMediaElement): void {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(PREFERENCES_KEY) ?? "null");
      if (typeof kept === "object" && kept !== null) {
        const { rate, volume, skipsSilence } = kept as Record<string, unknown>;
        if (RATES.some((known) => known === rate)) {
          media.defaultPlaybackRate = Number(rate);
          media.playbackRate = Number(rate);
          this.change({ rate: Number(rate) });
        }
        if (typeof volume === "number" && volume > 0 && volume <= 1) {
          media.volume = volume;
        }
        this.change({ skipsSilence: skipsSilence === true });
      }
    } catch {
      // Storage may be forbidden or hold anything: the defaults do.
    }
  }

  private keepPreferences(): void {
    const { rate, skipsSilence } = this.current;
    const volume = this.media?.volume ?? 1;
    try {
      localStorage.setItem(PREFERENCES_KEY, JSON.stringify({ rate, volume, skipsSilence }));
    } catch {
      // Not kept, then.
    }
  }

  private change(part: Partial<PlayerState>): void {
    this.current = { ...this.current, ...part };
    for (const watcher of this.watchers) {
      watcher();
    }
  }
}

function durationOf(media: HTMLMediaElement): number | null {
  return Number.isFinite(media.duration) && media.duration > 0 ? media.duration : null;
}

function textField(value: unknown, name: string): string | null {
  const field = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : null;
  return typeof field === "string" ? field : null;
}
