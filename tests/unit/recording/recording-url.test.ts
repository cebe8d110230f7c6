import { expect, test } from "@playwright/test";

import { isFetchable, recordingExpiry } from "@/lib/recording/recording-url";

test("the expiry is read from V4 and V2 signatures", () => {
  const v4 =
    "https://storage.googleapis.com/b/o.mp4?X-Goog-Date=20261123T100000Z&X-Goog-Expires=3600&X-Goog-Signature=ab";
  expect(recordingExpiry(v4)?.toISOString()).toBe("2026-11-23T11:00:00.000Z");
  expect(recordingExpiry("https://storage.googleapis.com/b/o.mp4?Expires=1795431600")?.getTime()).toBe(
    1_795_431_600_000,
  );
});

test("a URL without a valid expiry gives null", () => {
  for (const url of [
    "https://storage.googleapis.com/b/o.mp4",
    "https://storage.googleapis.com/b/o.mp4?X-Goog-Date=today&X-Goog-Expires=3600",
    "https://storage.googleapis.com/b/o.mp4?X-Goog-Date=20261123T100000Z",
    "https://storage.googleapis.com/b/o.mp4?Expires=soon",
    "https://storage.googleapis.com/b/o.mp4?Expires=999999999999",
    "not a url",
    "",
  ]) {
    expect(recordingExpiry(url), url).toBeNull();
  }
});

const HOSTS = ["storage.googleapis.com", "127.0.0.1:9001"];

test("row 31: only https URLs on listed hosts may be fetched, and http URLs only on a listed loopback port", () => {
  expect(isFetchable("https://storage.googleapis.com/b/o.mp4", HOSTS)).toBe(true);
  expect(isFetchable("http://127.0.0.1:9001/o.mp4", HOSTS)).toBe(true);
  for (const url of [
    "javascript:alert(1)",
    "http://storage.googleapis.com/b/o.mp4",
    "https://storage.googleapis.com:8443/o.mp4",
    "https://storage.googleapis.com@evil.example/o.mp4",
    "https://user:pass@storage.googleapis.com/o.mp4",
    "https://storage.googleapis.com.evil.example/o.mp4",
    "https://evil.example/storage.googleapis.com",
    "https://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:9002/o.mp4",
    "http://127.0.0.1/o.mp4",
    "http://10.0.0.1:9001/o.mp4",
    "file:///etc/passwd",
    "//storage.googleapis.com/o.mp4",
    "",
  ]) {
    expect(isFetchable(url, HOSTS), url).toBe(false);
  }
});
