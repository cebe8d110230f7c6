/** Why a recording does not play: the error codes of the route that streams it (`calls/[callId]/recording`), and two codes of the player. */
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
  /** Set when the user first presses play. Until then nothing is requested, because each request for a recording is audited. */
  isRequested: boolean;
  isPlaying: boolean;
  /** Whether playback waits for data. */
  isWaiting: boolean;
  /** Seconds. */
  time: number;
  /** Seconds; 0 while it is unknown. */
  duration: number;
  /** A factor: 1 is normal speed. */
  rate: number;
  /** From 0 to 1. */
  volume: number;
  isMuted: boolean;
  skipsSilence: boolean;
  problem: PlayerProblem | null;
  /** The code of the cause, for troubleshooting; null if unknown. */
  reason: string | null;
};

export const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;
export const SEEK_SECONDS = 5;

/** A part of the recording, in seconds. */
export type Span = { from: number; to: number };

/** The codes in the route's `{"error": …}`. Any other code means that the recording cannot be served now. */
const NAMED_PROBLEMS = new Map<string, PlayerProblem>([
  ["never_recorded", "never_recorded"],
  ["unknown_call", "never_recorded"],
  ["expired", "expired"],
  ["purged", "purged"],
  ["not_allowed_host", "not_allowed_host"],
  ["signed_out", "signed_out"],
  ["forbidden", "forbidden"],
]);

const PREFERENCES_KEY = "callboard.player";

/**
 * One recording and the media element that plays it. A store for `useSyncExternalStore`, with `subscribe` and `state`. If
 * loading fails during playback, it first reloads at the same position without showing an error. If that fails too, it asks
 * the server for the reason.
 */
export class AudioPlayer {
  private media: HTMLMediaElement | null = null;
  private current: PlayerState;
  private readonly watchers = new Set<() => void>();
  private silences: readonly Span[] = [];
  /** Whether the player has reloaded after a failure and not played since: the next failure is then the second in a row. */
  private hasRetried = false;
  /** The position, in seconds, at which to continue once the media has loaded. */
  private resumeAt: number | null = null;
  private wantsToPlay = false;

  constructor(
    readonly source: string,
    durationHint: number | null,
  ) {
    this.current = {
      isRequested: false,
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

  /** The attached media element. */
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

  /** Controls a media element until the returned function is called. */
  readonly attach = (media: HTMLMediaElement): (() => void) => {
    this.media = media;
    const stopped = new AbortController();
    const on = (type: string, run: () => void) => media.addEventListener(type, run, { signal: stopped.signal });
    on("loadedmetadata", () => this.onLoaded(media));
    on("durationchange", () => this.setState({ duration: durationOf(media) ?? this.current.duration }));
    on("timeupdate", () => this.onTime(media));
    on("seeking", () => this.onTime(media));
    on("play", () => this.setState({ isPlaying: true }));
    on("playing", () => this.setState({ isPlaying: true, isWaiting: false }));
    on("waiting", () => this.setState({ isWaiting: true }));
    on("canplay", () => this.setState({ isWaiting: false }));
    on("pause", () => this.setState({ isPlaying: false, isWaiting: false }));
    on("ended", () => {
      this.wantsToPlay = false;
      this.setState({ isPlaying: false, isWaiting: false });
    });
    on("ratechange", () => this.setState({ rate: media.playbackRate }));
    on("volumechange", () => this.setState({ volume: media.volume, isMuted: media.muted }));
    on("error", () => void this.onError(media));
    this.restorePreferences(media);
    // The media may have loaded or failed before this code ran.
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
    this.setState({ isRequested: true });
    if (this.current.problem !== null) {
      this.reload();
      return;
    }
    media.play().catch(() => {
      // Either loading failed, which also fires an error event, or the browser requires a click first.
      this.setState({ isPlaying: !media.paused, isWaiting: false });
    });
  };

  readonly pause = (): void => {
    this.wantsToPlay = false;
    this.media?.pause();
  };

  readonly toggle = (): void => (this.current.isPlaying ? this.pause() : this.play());

  /** Seeks to a time in seconds. Before the media has loaded, this sets where playback will start. */
  readonly seek = (time: number): void => {
    const { duration } = this.current;
    const wanted = Math.max(0, duration > 0 ? Math.min(time, duration) : time);
    const { media } = this;
    if (media !== null && media.readyState >= HTMLMediaElement.HAVE_METADATA && this.current.problem === null) {
      media.currentTime = wanted;
    } else {
      this.resumeAt = wanted;
    }
    this.setState({ time: wanted });
  };

  readonly seekBy = (seconds: number): void => this.seek(this.current.time + seconds);

  readonly setRate = (rate: number): void => {
    if (this.media !== null) {
      this.media.playbackRate = rate;
      this.media.defaultPlaybackRate = rate;
    }
    this.setState({ rate });
    this.storePreferences();
  };

  /** Changes to the next faster or slower rate of `RATES`. */
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
    this.storePreferences();
  };

  readonly toggleMuted = (): void => {
    if (this.media !== null) {
      this.media.muted = !this.media.muted;
    }
  };

  readonly setSkipsSilence = (skipsSilence: boolean): void => {
    this.setState({ skipsSilence });
    this.storePreferences();
  };

  /** Sets the parts in which nobody speaks, in order. With `skipsSilence`, playback skips them. */
  readonly setSilences = (silences: readonly Span[]): void => {
    this.silences = silences;
  };

  /** Loads again after a problem, and plays from the same position. */
  readonly retry = (): void => {
    this.wantsToPlay = true;
    this.reload();
  };

  private reload(): void {
    const { media } = this;
    if (media !== null) {
      this.resumeAt ??= this.current.time;
      this.setState({ problem: null, reason: null, isWaiting: this.wantsToPlay });
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
    this.setState({ duration: durationOf(media) ?? this.current.duration, problem: null, reason: null });
  }

  private onTime(media: HTMLMediaElement): void {
    // Between a failure and the reload, the element reports zero instead of the playback position.
    if (media.error !== null || this.resumeAt !== null) {
      return;
    }
    const { currentTime: time } = media;
    if (this.hasRetried && !media.paused && media.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) {
      this.hasRetried = false;
    }
    this.setState({ time });
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
    this.setState({ isPlaying: false, isWaiting: false });
    const { problem, reason } = await this.findProblem();
    if (this.media === media) {
      this.setState({ problem, reason, isPlaying: false, isWaiting: false });
    }
  }

  private async findProblem(): Promise<{ problem: PlayerProblem; reason: string | null }> {
    try {
      const response = await fetch(this.source, { headers: { range: "bytes=0-0" }, cache: "no-store" });
      if (response.ok) {
        await response.body?.cancel();
        return { problem: "undecodable", reason: null };
      }
      const body: unknown = await response.json().catch(() => null);
      const error = textField(body, "error");
      return { problem: NAMED_PROBLEMS.get(error ?? "") ?? "vendor_unavailable", reason: textField(body, "reason") };
    } catch {
      return { problem: "offline", reason: null };
    }
  }

  private restorePreferences(media: HTMLMediaElement): void {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(PREFERENCES_KEY) ?? "null");
      if (typeof stored === "object" && stored !== null) {
        const { rate, volume, skipsSilence } = stored as Record<string, unknown>;
        if (RATES.some((known) => known === rate)) {
          media.defaultPlaybackRate = Number(rate);
          media.playbackRate = Number(rate);
          this.setState({ rate: Number(rate) });
        }
        if (typeof volume === "number" && volume > 0 && volume <= 1) {
          media.volume = volume;
        }
        this.setState({ skipsSilence: skipsSilence === true });
      }
    } catch {
      // Storage may be disabled or contain invalid data: keep the defaults.
    }
  }

  private storePreferences(): void {
    const { rate, skipsSilence } = this.current;
    const volume = this.media?.volume ?? 1;
    try {
      localStorage.setItem(PREFERENCES_KEY, JSON.stringify({ rate, volume, skipsSilence }));
    } catch {
      // Storage is disabled: the preferences are lost when the page is closed.
    }
  }

  private setState(part: Partial<PlayerState>): void {
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
