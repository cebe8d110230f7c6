import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { Spool } from "@/server/ingest/spool";
import { deliveriesThatFit, reserveOf, spaceState } from "@/server/ingest/spool-space";

let directory: string;
let opened: Spool[] = [];
test.beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "callboard-spool-")), "spool");
});
test.afterEach(async () => {
  await Promise.all(opened.map((spool) => spool.close()));
  opened = [];
  rmSync(join(directory, ".."), { recursive: true, force: true });
});

/** The end of the test closes the spool. */
function openSpool(path: string): Spool {
  const spool = new Spool(path);
  opened.push(spool);
  return spool;
}

const files = () => (existsSync(directory) ? readdirSync(directory).sort() : []);
const theFile = () => join(directory, files()[0] ?? "");
const bytes = (text: string) => Buffer.from(text);

/** Drains the spool into a list. Delivering the record equal to `refused` fails. */
async function drain(spool: Spool, refused = "") {
  const delivered: string[] = [];
  const drained = await spool.drain(async (payload) => {
    if (payload.toString() === refused) {
      throw new Error("refused");
    }
    delivered.push(payload.toString());
  });
  return { texts: delivered, ...drained };
}

test("row 40: records are delivered once and in order, and their file is removed", async () => {
  const spool = openSpool(directory);
  const texts = Array.from({ length: 200 }, (_, index) => `record ${index} ${"x".repeat(index * 7)}`);
  await Promise.all(texts.map((text) => spool.append(bytes(text))));
  expect(spool.waiting).toBe(200);
  expect(await drain(spool)).toMatchObject({ texts, delivered: 200, damagedBytes: 0, stoppedBy: null });
  expect(spool.waiting).toBe(0);
  expect(files()).toEqual([]);
  expect((await drain(spool)).texts).toEqual([]);
});

test("row 40: records wait until they are delivered, also in a file that is closed and that nobody has taken over yet", async () => {
  const spool = openSpool(directory);
  await spool.append(bytes("1"));
  await spool.append(bytes("2"));
  await spool.close();
  expect(spool.waiting).toBe(2);
  await spool.append(bytes("3"));
  expect(spool.waiting).toBe(3);
  const seen: number[] = [];
  await spool.drain(async () => void seen.push(spool.waiting));
  expect([...seen, spool.waiting]).toEqual([3, 2, 1, 0]);
  // Another process takes the file.
  await spool.append(bytes("4"));
  await spool.close();
  expect((await drain(openSpool(directory))).texts).toEqual(["4"]);
  await drain(spool);
  expect(spool.waiting).toBe(0);
});

test("row 40: only the owner of the files can read the spool", async () => {
  const spool = openSpool(directory);
  await spool.append(bytes("personal"));
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(theFile()).mode & 0o777).toBe(0o600);
  await spool.close();
});

test("row 40: a drain stops at a rejected record, and the next drain continues there in order", async () => {
  const spool = openSpool(directory);
  for (const text of ["1", "2", "3"]) {
    await spool.append(bytes(text));
  }
  expect(await drain(spool, "2")).toMatchObject({ texts: ["1"], stoppedBy: new Error("refused") });
  await spool.append(bytes("4"));
  expect(spool.waiting).toBe(3);
  expect(await drain(spool, "2")).toMatchObject({ texts: [] });
  expect((await drain(spool)).texts).toEqual(["2", "3", "4"]);
  expect(files()).toEqual([]);
});

test("row 40: a drain that stops at once reads a part of its file, not all of it", async () => {
  const handles = await fileHandleClass();
  const { read } = handles;
  const spool = openSpool(directory);
  const record = Buffer.alloc(256 * 1024, "x");
  await Promise.all(Array.from({ length: 40 }, () => spool.append(record)));
  const refuse = () => Promise.reject(new Error("refused"));
  expect(await spool.drain(refuse)).toMatchObject({ delivered: 0, stoppedBy: new Error("refused") });
  let bytesRead = 0;
  handles.read = async function (this: FileHandle, ...given: unknown[]) {
    const result = await (read as (...of: unknown[]) => Promise<{ bytesRead: number }>).apply(this, given);
    bytesRead += result.bytesRead;
    return result;
  } as typeof read;
  try {
    expect(await spool.drain(refuse)).toMatchObject({ delivered: 0, stoppedBy: new Error("refused") });
  } finally {
    handles.read = read;
  }
  expect(bytesRead).toBeGreaterThan(record.length);
  expect(bytesRead).toBeLessThan(4 * 1024 * 1024);
  expect((await drain(spool)).delivered).toBe(40);
});

test("row 47: damaged bytes around the parts in which a file is read are kept, and the records beside them delivered", async () => {
  const spool = openSpool(directory);
  const record = Buffer.alloc(100 * 1024, "x");
  await Promise.all(Array.from({ length: 30 }, () => spool.append(record)));
  await spool.close();
  const content = readFileSync(theFile());
  const size = record.length + 12;
  for (const index of [0, 10, 11, 20, 29]) {
    content[index * size + 20] = 0;
  }
  writeFileSync(theFile(), content);
  const drained = await drain(openSpool(directory));
  expect(drained).toMatchObject({ delivered: 25, damagedBytes: 5 * size, unfinishedBytes: 0 });
});

test("row 47: the files of a dead process are drained by the next process", async () => {
  const dead = openSpool(directory);
  await dead.append(bytes("1"));
  await drain(dead, "1");
  await dead.append(bytes("2"));
  await dead.close();
  expect(files()).toHaveLength(2);
  const next = openSpool(directory);
  expect((await drain(next)).texts).toEqual(["1", "2"]);
  expect(files()).toEqual([]);
});

test("row 47: an incomplete record of any length at the end is skipped and reported, and is no damage", async () => {
  const spool = openSpool(directory);
  await spool.append(bytes("whole"));
  await spool.close();
  const whole = readFileSync(theFile());
  const [name = ""] = files();
  for (let length = 1; length < whole.length; length += 1) {
    writeFileSync(join(directory, name), Buffer.concat([whole, whole.subarray(0, length)]));
    const { texts, damagedBytes, unfinishedBytes } = await drain(openSpool(directory));
    expect({ texts, damagedBytes, unfinishedBytes }).toEqual({
      texts: ["whole"],
      damagedBytes: 0,
      unfinishedBytes: length,
    });
    expect(files()).toEqual([]);
  }
});

test("row 45: an append that fails on disk is rejected and leaves no partial record", async () => {
  const spool = openSpool(directory);
  await spool.append(bytes("1"));
  // A file in place of the directory makes every write fail until it is removed.
  rmSync(directory, { recursive: true });
  writeFileSync(directory, "not a directory");
  await expect(spool.append(bytes("2"))).rejects.toThrow();
  rmSync(directory);
  await spool.append(bytes("3"));
  expect((await drain(openSpool(directory))).texts).toEqual(["3"]);
});

/** Node's class of open files. Changing its prototype affects every file that this process opens. */
async function fileHandleClass(): Promise<FileHandle> {
  const handle = await open(tmpdir(), "r");
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

test("rows 40 and 47: an append resolves only after the record and its directories are synced", async () => {
  const handles = await fileHandleClass();
  const { datasync, sync } = handles;
  const synced: string[] = [];
  let isDiskBroken = false;
  handles.datasync = async function (this: FileHandle) {
    if (isDiskBroken) {
      throw Object.assign(new Error("broken"), { code: "EIO" });
    }
    await datasync.call(this);
    synced.push("record");
  };
  handles.sync = async function (this: FileHandle) {
    await sync.call(this);
    synced.push("directory");
  };
  try {
    const spool = openSpool(join(directory, "deeper", "still"));
    await spool.append(bytes("1"));
    // The parents of the three created directories, and the directory of the file.
    expect(synced).toEqual(["directory", "directory", "directory", "directory", "record"]);
    isDiskBroken = true;
    await expect(spool.append(bytes("2"))).rejects.toMatchObject({ code: "EIO" });
    isDiskBroken = false;
    await spool.append(bytes("3"));
    expect((await drain(spool)).texts).toEqual(["1", "3"]);
  } finally {
    Object.assign(handles, { datasync, sync });
  }
});

const ATTEMPTS = 20;

test("row 45: a file whose directory cannot be synced is closed and removed, and later appends work", async () => {
  const handles = await fileHandleClass();
  const { sync } = handles;
  const spool = openSpool(directory);
  await spool.append(bytes("1"));
  await spool.close();
  const before = await nextDescriptor();
  handles.sync = () => Promise.reject(Object.assign(new Error("broken"), { code: "EIO" }));
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      await expect(spool.append(bytes("refused"))).rejects.toMatchObject({ code: "EIO" });
    }
  } finally {
    handles.sync = sync;
  }
  // The test runner may open a few files meanwhile.
  await expect.poll(nextDescriptor).toBeLessThan(before + ATTEMPTS / 2);
  expect(files()).toHaveLength(1);
  await spool.append(bytes("2"));
  expect((await drain(spool)).texts).toEqual(["1", "2"]);
});

/** Returns the number of the next opened file. The system gives the lowest free number, so a file that stays open raises it. */
async function nextDescriptor(): Promise<number> {
  const handle = await open(tmpdir(), "r");
  const { fd } = handle;
  await handle.close();
  return fd;
}

test("row 45: while the disk hangs, appends are refused above a limit, so that memory does not fill up", async () => {
  const handles = await fileHandleClass();
  const { datasync } = handles;
  const hanging = Promise.withResolvers<void>();
  handles.datasync = async function (this: FileHandle) {
    await hanging.promise;
    await datasync.call(this);
  };
  try {
    const spool = openSpool(directory);
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    const appended = Array.from({ length: 80 }, () =>
      spool.append(megabyte).then(
        () => "kept",
        (error: NodeJS.ErrnoException) => error.code,
      ),
    );
    hanging.resolve();
    const answers = await Promise.all(appended);
    expect(answers.filter((answer) => answer === "ENOBUFS").length).toBeGreaterThan(10);
    expect((await drain(spool)).delivered).toBe(answers.filter((answer) => answer === "kept").length);
    // Once the disk works again, records are accepted again.
    await spool.append(megabyte);
  } finally {
    handles.datasync = datasync;
  }
});

test("row 45: an unreadable file is reported and does not block other files", async () => {
  const dead = openSpool(directory);
  await dead.append(bytes("1"));
  await dead.close();
  const [name = ""] = files();
  // A directory with the name of an older spool file.
  mkdirSync(join(directory, name.replace(/^\d+/, "000000000000001")));
  const next = openSpool(directory);
  expect(await drain(next)).toMatchObject({ texts: ["1"], unreadable: "EISDIR", stoppedBy: null });
  expect(next.waiting).toBe(1);
  expect(await next.condition()).toMatchObject({ unreadable: ["EISDIR"] });
});

test("row 45: a file that becomes unreadable after it was taken over does not block other files", async () => {
  const dead = openSpool(directory);
  await dead.append(bytes("1"));
  await dead.close();
  const spool = openSpool(directory);
  expect(await drain(spool, "1")).toMatchObject({ texts: [] });
  const taken = theFile();
  rmSync(taken);
  mkdirSync(taken);
  await spool.append(bytes("2"));
  await spool.close();
  expect(await drain(spool)).toMatchObject({ texts: ["2"], unreadable: "EISDIR", stoppedBy: null });
});

test("row 45: the spool leaves a part of the disk to the database, and says when little of its own part is left", () => {
  const [megabyte, gigabyte] = [1024 ** 2, 1024 ** 3];
  expect([1 * megabyte, 4 * gigabyte, 20 * gigabyte, 1000 * gigabyte].map(reserveOf)).toEqual([
    0.5 * megabyte,
    512 * megabyte,
    1 * gigabyte,
    2 * gigabyte,
  ]);
  const state = (usedBytes: number, freeBytes: number) => spaceState({ usedBytes, freeBytes });
  expect([
    state(0, 10 * gigabyte),
    state(8 * gigabyte, 2 * gigabyte),
    state(8 * gigabyte, 1.9 * gigabyte),
    state(0, 63 * megabyte),
    state(0, 4 * megabyte),
  ]).toEqual(["ok", "ok", "low", "low", "full"]);
  expect(deliveriesThatFit(1000, 10)).toBe(100);
});

test("row 63: the spool is not empty while another running process has a record in it", async () => {
  const [mine, other] = [openSpool(directory), openSpool(directory)];
  expect(await mine.isEmpty()).toBe(true);
  await other.append(bytes("1"));
  expect([mine.waiting, await mine.isEmpty()]).toEqual([0, false]);
  await drain(other);
  expect(await mine.isEmpty()).toBe(true);
});

test("row 50: a record goes to a new file if another process has drained and removed the current one", async () => {
  const writer = openSpool(directory);
  await writer.append(bytes("1"));
  const taker = openSpool(directory);
  expect((await drain(taker)).texts).toEqual(["1"]);
  await writer.append(bytes("2"));
  expect(files()).toHaveLength(1);
  expect((await drain(taker)).texts).toEqual(["2"]);
  await writer.close();
});

test("row 50: two processes that write and drain at the same time lose no record", async () => {
  const [one, two] = [openSpool(directory), openSpool(directory)];
  const delivered: string[] = [];
  const take = async (payload: Buffer) => void delivered.push(payload.toString());
  const written: string[] = [];
  let progress = Promise.withResolvers<void>();
  const write = async (spool: Spool, name: string) => {
    for (let index = 0; index < 150; index += 1) {
      const text = `${name}-${index}`;
      await spool.append(bytes(text));
      written.push(text);
      progress.resolve();
      progress = Promise.withResolvers();
    }
  };
  const writing = new Set([write(one, "one"), write(two, "two")]);
  for (const ended of writing) {
    void ended.finally(() => {
      writing.delete(ended);
      progress.resolve();
    });
  }
  // Both have this process's id, so each takes the other's files while they are written. A pause after each drain: without it, a disk with slow
  // fsync never finishes a write before its file is taken again.
  const drains = [one, two].map(async (spool) => {
    while (writing.size > 0) {
      const { promise } = progress;
      await spool.drain(take);
      await promise;
    }
  });
  await Promise.all([...writing, ...drains]);
  await one.drain(take);
  await two.drain(take);
  expect(new Set(delivered)).toEqual(new Set(written));
  expect(files()).toEqual([]);
});

test("row 50: a recent file of another machine is not drained", async () => {
  const spool = openSpool(directory);
  await spool.append(bytes("x"));
  const [name = ""] = files();
  const elsewhere = join(directory, name.replace(/\.\d+-\w+-/, ".1-00000000-"));
  appendFileSync(elsewhere, readFileSync(theFile()));
  truncateSync(join(directory, name), 0);
  expect((await drain(spool)).texts).toEqual([]);
  expect(existsSync(elsewhere)).toBe(true);
});

test("row 51: a file of another machine whose clock was years ahead is drained", async () => {
  const spool = openSpool(directory);
  await spool.append(bytes("x"));
  const [name = ""] = files();
  const elsewhere = join(directory, name.replace(/\.\d+-\w+-/, ".1-00000000-"));
  renameSync(theFile(), elsewhere);
  const ahead = new Date(Date.now() + 10 * 365 * 86_400_000);
  utimesSync(elsewhere, ahead, ahead);
  expect((await drain(openSpool(directory))).texts).toEqual(["x"]);
});
