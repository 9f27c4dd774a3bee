const FIRST_MS = 400
const LONGEST_MS = 5_000

/** How long to wait before reconnect number `attempt` (1, 2, …): doubling, capped, ±25 % so that pages do not return in step. */
export function reconnectDelay(attempt: number, random: () => number): number {
  const plain = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, attempt - 1))
  return plain * (0.75 + 0.5 * random())
}
