/** What the phone keeps: it outlives reloads and the page being killed. */
const NAME = 'gridwatch-phone'
const VERSION = 1
export type Shelf = 'kept' | 'outbox' | 'track'

let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('kept')
      request.result.createObjectStore('outbox', { keyPath: 'id', autoIncrement: true })
      request.result.createObjectStore('track', { keyPath: 'id', autoIncrement: true })
    }
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close()
      resolve(request.result)
    }
    request.onerror = () => reject(request.error ?? new Error('the phone cannot store anything'))
  })
  return opened
}

/** One transaction; resolves once it is durable. */
async function run<T>(shelf: Shelf, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open()
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(shelf, mode, { durability: 'strict' })
    const request = act(transaction.objectStore(shelf))
    transaction.oncomplete = () => resolve(request.result)
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error ?? new Error('not stored'))
  })
}

export const keep = async (key: string, value: unknown): Promise<void> => void (await run('kept', 'readwrite', (s) => s.put(value, key)))
export const kept = async <T>(key: string): Promise<T | undefined> => (await run('kept', 'readonly', (s) => s.get(key))) as T | undefined
export const forget = (key: string): Promise<undefined> => run('kept', 'readwrite', (s) => s.delete(key))
export const every = async <T>(shelf: Shelf, most?: number): Promise<T[]> =>
  (await run(shelf, 'readonly', (s) => s.getAll(null, most))) as T[]
/** All of them or none. */
export const add = async (shelf: Shelf, values: readonly unknown[]): Promise<void> => {
  if (values.length) await run(shelf, 'readwrite', (s) => values.map((value) => s.add(value))[0] as IDBRequest)
}
export const put = async (shelf: Shelf, value: unknown): Promise<void> => void (await run(shelf, 'readwrite', (s) => s.put(value)))
export const remove = (shelf: Shelf, id: number): Promise<undefined> => run(shelf, 'readwrite', (s) => s.delete(id))
export const removeUpTo = (shelf: Shelf, id: number): Promise<undefined> => run(shelf, 'readwrite', (s) => s.delete(IDBKeyRange.upperBound(id)))
export const count = (shelf: Shelf): Promise<number> => run(shelf, 'readonly', (s) => s.count())
