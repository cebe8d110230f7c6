import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { decodeDelivery } from "@/server/ingest/delivery-spool";
import { Spool } from "@/server/ingest/spool";
import { NotADelivery, readDamaged, removeDamaged } from "@/server/ingest/spool-damage";

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

const damagedFiles = () => files().filter((name) => name.endsWith(".damaged"));

/** Node's class of open files. Changing its prototype affects every file that this process opens. */
async function fileHandleClass(): Promise<FileHandle> {
  const handle = await open(tmpdir(), "r");
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

/** Writes a file of three records with one byte changed, as a dead process could leave it. Returns the file's id and the bytes. */
async function writeDamaged(texts: readonly string[], damaged: string, position: number) {
  const spool = openSpool(directory);
  for (const text of texts) {
    await spool.append(bytes(text));
  }
  await spool.close();
  const file = theFile();
  const changed = readFileSync(file);
  const start = changed.indexOf(damaged) - 12;
  const at = start + 12 + position;
  changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at);
  writeFileSync(file, changed);
  return {
    name: `${(files()[0] ?? "").split(".")[0]}.${start}.damaged`,
    record: changed.subarray(start, start + 12 + damaged.length),
  };
}

// A byte of the text, the CRC, the length and the marker.
for (const position of [0, -1, -6, -12]) {
  test(`row 47: a record with a changed byte at ${position} is kept as it is; later records are delivered`, async () => {
    const { name, record } = await writeDamaged(["first", "second", "third"], "second", position);
    const next = openSpool(directory);
    const { texts, damagedBytes } = await drain(next);
    expect({ texts, damagedBytes }).toEqual({ texts: ["first", "third"], damagedBytes: record.length });
    expect(files()).toEqual([name]);
    expect(readFileSync(join(directory, name))).toEqual(record);
    expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expect([next.waiting, await next.condition()]).toMatchObject([0, { damaged: 1 }]);
    // It holds up no erasure, which waits only for records that will be stored.
    expect(await next.isEmpty()).toBe(true);
  });
}

// The last record: with a changed length, it looks as if it had been cut off.
for (const position of [0, -1, -5, -8, -12]) {
  test(`row 47: a last record with a changed byte at ${position} is kept`, async () => {
    const { name, record } = await writeDamaged(["first", "last"], "last", position);
    expect((await drain(openSpool(directory))).texts).toEqual(["first"]);
    expect(files()).toEqual([name]);
    expect(readFileSync(join(directory, name))).toEqual(record);
  });
}

test("row 47: a cut record of a living process is kept, because its sender got a 2xx", async () => {
  const spool = openSpool(directory);
  await spool.append(bytes("first"));
  await spool.append(bytes("second"));
  await spool.close();
  truncateSync(theFile(), statSync(theFile()).size - 3);
  expect(await drain(spool)).toMatchObject({ texts: ["first"], damagedBytes: 15, unfinishedBytes: 0 });
  expect(damagedFiles()).toHaveLength(1);
  // Tried again, it looks like the record of a process that died while it wrote. It is kept all the same.
  expect(await spool.tryDamagedAgain(damagedFiles()[0] ?? "")).toBe(true);
  expect(await drain(spool)).toMatchObject({ texts: [], damagedBytes: 15, unfinishedBytes: 0 });
  expect(damagedFiles()).toHaveLength(1);
});

test("row 47: damaged bytes are synced before their file is removed, and kept once if a process dies between", async () => {
  const { name } = await writeDamaged(["first", "second"], "first", 0);
  const [file = ""] = files();
  const handles = await fileHandleClass();
  const { sync } = handles;
  const there: string[][] = [];
  handles.sync = async function (this: FileHandle) {
    await sync.call(this);
    there.push(files());
  };
  const copy = readFileSync(join(directory, file));
  try {
    await drain(openSpool(directory));
  } finally {
    handles.sync = sync;
  }
  expect(there.map((names) => names.length)).toEqual([2, 2]);
  expect(there[1]).toContain(name);
  writeFileSync(join(directory, file), copy);
  await drain(openSpool(directory));
  expect(files()).toEqual([name]);
});

test("row 47: a repaired record is delivered when it is tried again; one that is still damaged is kept again", async () => {
  const { name, record } = await writeDamaged(["first", "second"], "second", 0);
  const spool = openSpool(directory);
  await drain(spool);
  expect(await spool.tryDamagedAgain(name)).toBe(true);
  expect((await drain(spool)).texts).toEqual([]);
  const [again = ""] = damagedFiles();
  expect(readFileSync(join(directory, again))).toEqual(record);
  record.writeUInt8(record.readUInt8(12) ^ 0xff, 12);
  writeFileSync(join(directory, again), record);
  expect(await spool.tryDamagedAgain(again)).toBe(true);
  expect((await drain(spool)).texts).toEqual(["second"]);
  expect(files()).toEqual([]);
  expect(await spool.tryDamagedAgain(again)).toBe(false);
  writeFileSync(join(directory, name), record);
  expect([await removeDamaged(directory, name), files()]).toEqual([true, []]);
});

test("row 47: no name leads out of the spool's folder, or to another file in it", async () => {
  const spool = openSpool(directory);
  await spool.append(bytes("1"));
  const outside = join(directory, "..", "x.1.damaged");
  writeFileSync(outside, "not the spool's");
  for (const name of ["../x.1.damaged", "..", "", files()[0] ?? "", "x.1.damaged\0", "a/b.1.damaged"]) {
    expect(await removeDamaged(directory, name)).toBe(false);
    expect(await readDamaged(directory, name)).toBeNull();
    expect(await spool.tryDamagedAgain(name)).toBe(false);
  }
  expect([existsSync(outside), files().length]).toEqual([true, 1]);
});

test("row 47: beyond the limit of damaged files, the spool file stays, its whole records are delivered and nothing is lost", async () => {
  const { name } = await writeDamaged(["first", "second", "third"], "second", 0);
  for (let index = 0; index < 1000; index += 1) {
    writeFileSync(join(directory, `older-${index}.0.damaged`), "");
  }
  const spool = openSpool(directory);
  expect(await drain(spool)).toMatchObject({ texts: ["first", "third"], damagedBytes: 0, unreadable: "DAMAGE_LIMIT" });
  expect(files().filter((file) => file.endsWith(".taken"))).toHaveLength(1);
  expect(spool.waiting).toBe(1);
  for (let index = 0; index < 1000; index += 1) {
    rmSync(join(directory, `older-${index}.0.damaged`));
  }
  // Another process, which has no pause before the next try.
  await spool.close();
  expect((await drain(openSpool(directory))).texts).toEqual(["first", "third"]);
  expect(files()).toEqual([name]);
});

test("row 47: a whole record that holds no delivery is kept and holds up nothing", async () => {
  const spool = openSpool(directory);
  for (const text of ["first", "second", "third"]) {
    await spool.append(bytes(text));
  }
  const delivered: string[] = [];
  const { stoppedBy } = await spool.drain(async (payload) => {
    if (payload.toString() === "second") {
      throw new NotADelivery();
    }
    delivered.push(payload.toString());
  });
  expect({ delivered, stoppedBy }).toEqual({ delivered: ["first", "third"], stoppedBy: null });
  expect(damagedFiles()).toHaveLength(1);
  expect(spool.waiting).toBe(0);
});

for (const payload of [
  "",
  "abc",
  "\0\0\0\u0009{}",
  "\0\0\0\u0002{}",
  "\0\0\0\u0002[]",
  "\0\0\0\u0004null",
  "\u0080\0\0\0{}",
]) {
  test(`row 47: ${JSON.stringify(payload)} holds no delivery`, () => {
    expect(() => decodeDelivery(Buffer.from(payload, "latin1"))).toThrow(NotADelivery);
  });
}
