/** IndexedDB: what was read last, and what waits to be sent. */

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function open() {
  opened ||= new Promise((done, fail) => {
    const asked = indexedDB.open("cadence", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("read");
      asked.result.createObjectStore("outbox", { keyPath: "key" });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  return opened;
}

/** @param {string} store @param {IDBTransactionMode} mode @param {(box: IDBObjectStore) => IDBRequest} act */
async function within(store, mode, act) {
  const base = await open();
  return new Promise((done, fail) => {
    const work = base.transaction(store, mode);
    const asked = act(work.objectStore(store));
    work.oncomplete = () => done(asked.result);
    work.onerror = work.onabort = () => fail(work.error);
  });
}

/** @param {string} key @returns {Promise<any>} */
export const recall = (key) => within("read", "readonly", (box) => box.get(key)).catch(() => undefined);
/** @param {string} key @param {any} value */
export const remember = (key, value) => within("read", "readwrite", (box) => box.put(value, key)).catch(() => undefined);
/** @returns {Promise<Outgoing[]>} */
export const waiting = () => /** @type {any} */ (within("outbox", "readonly", (box) => box.getAll()));
/** @param {Outgoing} item */
export const putOut = (item) => within("outbox", "readwrite", (box) => box.put(item));
/** @param {string} key */
export const takeOut = (key) => within("outbox", "readwrite", (box) => box.delete(key));

/** Forget everything that belongs to the person who signs out. */
export async function forget() {
  await within("read", "readwrite", (box) => box.clear());
  await within("outbox", "readwrite", (box) => box.clear());
}
