/** The queue of filled forms in this browser: each closed with a key that only its own user's pages have.

What lies in the database is of whoever fills forms here; a user reads and sends only the own entries. */

const NAME = "nuudel-webforms";
const STORE = "waiting";

export interface Entry {
  /** User and instanceID: the same form is in the queue once. */
  id: string;
  user: string;
  title: string;
  send: string;
  /** When it was filled, by this device's clock. */
  at: string;
  /** Content type of the closed message, with the boundary of its parts. */
  type: string;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
  /** What the server said last, where it did not take it. */
  problem: string;
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(STORE, { keyPath: "id" }).createIndex("user", "user");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** One step in a transaction; resolved once it is on the disk. */
async function step<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

async function keyOf(hex: string): Promise<CryptoKey> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

export interface Filled {
  instance: string;
  user: string;
  title: string;
  send: string;
  parts: FormData;
}

export async function put(filled: Filled, key: string): Promise<void> {
  const message = new Response(filled.parts);
  const type = message.headers.get("Content-Type") ?? "";
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = await message.arrayBuffer();
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(key), plain);
  const { user, title, send } = filled;
  const at = new Date().toISOString();
  const entry: Entry = { id: `${user} ${filled.instance}`, user, title, send, at, type, iv, sealed, problem: "" };
  await step("readwrite", (store) => store.put(entry));
}

/** The parts of an entry, as they were filled. */
export async function parts(entry: Entry, key: string): Promise<FormData> {
  const how = { name: "AES-GCM", iv: entry.iv };
  const plain = await crypto.subtle.decrypt(how, await keyOf(key), entry.sealed);
  return new Response(plain, { headers: { "Content-Type": entry.type } }).formData();
}

/** A user's entries, the oldest first. */
export async function entries(user: string): Promise<Entry[]> {
  const found = await step("readonly", (store) => store.index("user").getAll(user) as IDBRequest<Entry[]>);
  return found.sort((one, other) => one.at.localeCompare(other.at));
}

export async function remove(id: string): Promise<void> {
  await step("readwrite", (store) => store.delete(id));
}

export async function note(entry: Entry, problem: string): Promise<void> {
  await step("readwrite", (store) => store.put({ ...entry, problem }));
}

/** How many wait in this browser, whoever has filled them. */
export async function countAll(): Promise<number> {
  return step("readonly", (store) => store.count());
}
